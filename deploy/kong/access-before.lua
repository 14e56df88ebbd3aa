-- pre-function, phase access: puts the whole request into one table for the plugin, which so needs one round trip
-- instead of one for each value. Runs before all other plugins: what is captured is what the client sent.
-- The table's shape is CompanionRequest in plugin/src/contract/companion.ts.

-- As max_body_bytes of the plugin. Longer bodies pass unread.
local MAX_BODY_BYTES = 4194304
local MAX_HEADERS = 1000

-- Only these can hold an LLM call, and reading a body means that nginx waits for all of it.
local function may_hold_a_call(method, headers)
  if method ~= "POST" and method ~= "PUT" and method ~= "PATCH" then
    return false
  end
  local length = tonumber(headers["content-length"])
  if length and (length == 0 or length > MAX_BODY_BYTES) then
    return false
  end
  local kind = string.lower(headers["content-type"] or "application/json")
  return not string.find(kind, "multipart/", 1, true)
end

-- What manifests are matched by before the provider is called. The router has chosen by now; who the consumer is, is
-- not known yet.
local function entity(read)
  local ok, found = pcall(read)
  if not ok or type(found) ~= "table" then
    return nil
  end
  return { id = found.id, name = type(found.name) == "string" and found.name or nil }
end

local function joined_headers()
  local joined = {}
  for name, value in pairs(kong.request.get_headers(MAX_HEADERS)) do
    joined[string.lower(name)] = type(value) == "table" and table.concat(value, ", ") or tostring(value)
  end
  return joined
end

return function()
  -- An error here must not become an error of the request.
  local ok, err = pcall(function()
    local headers = joined_headers()
    local method = kong.request.get_method()
    local length = tonumber(headers["content-length"]) or 0
    local body
    if may_hold_a_call(method, headers) then
      -- With a number, nginx's spool file is read too (0: whatever its size); without one, bodies above
      -- client_body_buffer_size are an error. A length that was announced has been judged already.
      body = kong.request.get_raw_body(headers["content-length"] and 0 or MAX_BODY_BYTES)
      if type(body) ~= "string" or #body > MAX_BODY_BYTES then
        body = nil
      end
    end
    local is_present = length > 0 or headers["transfer-encoding"] ~= nil
    local truncated = body == nil and is_present
    if body == "" then
      body = nil
    end
    kong.ctx.shared.clew_in = {
      v = 1,
      method = method,
      path = kong.request.get_raw_path(),
      scheme = kong.request.get_scheme(),
      host = kong.request.get_host(),
      client_ip = kong.client.get_forwarded_ip(),
      headers = headers,
      body = body,
      body_bytes = body and #body or length,
      body_truncated = truncated,
      started_ms = math.floor(ngx.req.start_time() * 1000),
      -- body-restore.lua is of the same set as this script.
      restores = true,
      route = entity(kong.router.get_route),
      service = entity(kong.router.get_service),
    }
  end)
  if not ok then
    -- Where it failed, not what was sent: error texts of the PDK name no values of the request.
    kong.log.warn("clew: request not captured: ", err)
  end
end
