-- pre-function, phase log: hands the plugin all that became of the request in one table (CompanionOutcome in
-- plugin/src/contract/companion.ts). The client has its answer by now.

local MAX_HEADERS = 1000

-- What nginx calls a client that went away before the answer began.
local CLIENT_CLOSED = 499

local function joined_headers()
  local joined = {}
  for name, value in pairs(kong.response.get_headers(MAX_HEADERS)) do
    joined[string.lower(name)] = type(value) == "table" and table.concat(value, ", ") or tostring(value)
  end
  return joined
end

local function text(value)
  return type(value) == "string" and value or nil
end

local function entity(found)
  if type(found) ~= "table" then
    return nil
  end
  return { id = text(found.id), name = text(found.name) or text(found.username), custom_id = text(found.custom_id) }
end

-- Never the key itself: a credential is known by its id.
local function credential_id()
  local credential = kong.client.get_credential()
  return type(credential) == "table" and text(credential.id) or nil
end

local function provider_tries()
  local data = ngx.ctx.balancer_data
  local tries = {}
  for at, try in ipairs(type(data) == "table" and data.tries or {}) do
    tries[at] = { ip = text(try.ip), port = tonumber(try.port), status = tonumber(try.code) }
  end
  return tries
end

-- What ai-proxy knew. Its table is only there where an AI plugin ran, and serialising costs, so it is asked for then.
local function ai_facts()
  if not ngx.ctx.ai_namespaced_ctx then
    return nil
  end
  local serialized = kong.log.serialize()
  for _, entry in pairs(type(serialized) == "table" and serialized.ai or {}) do
    if type(entry) == "table" and type(entry.meta) == "table" then
      local usage = type(entry.usage) == "table" and entry.usage or {}
      return {
        provider_name = text(entry.meta.provider_name),
        plugin_id = text(entry.meta.plugin_id),
        request_model = text(entry.meta.request_model),
        response_model = text(entry.meta.response_model),
        prompt_tokens = tonumber(usage.prompt_tokens),
        completion_tokens = tonumber(usage.completion_tokens),
      }
    end
  end
end

-- The configuration that the request came under, as far as it decides where it goes and what is done to it. Only its
-- digest leaves the gateway. Names of the fields are Kong's; secrets are in none of them.
local ROUTE_FIELDS = {
  "id", "name", "protocols", "methods", "hosts", "paths", "headers", "snis", "expression", "priority", "strip_path",
  "preserve_host", "path_handling", "regex_priority", "request_buffering", "response_buffering", "updated_at",
}
local SERVICE_FIELDS = {
  "id", "name", "protocol", "host", "port", "path", "retries", "connect_timeout", "read_timeout", "write_timeout",
  "enabled", "tls_verify", "updated_at",
}

-- Values that MessagePack can carry: ngx.null and the like are left out.
local function plain(value)
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then
    return value
  end
  if kind ~= "table" then
    return nil
  end
  local copy = {}
  for key, item in pairs(value) do
    copy[key] = plain(item)
  end
  return copy
end

local function fields_of(found, names)
  if type(found) ~= "table" then
    return nil
  end
  local copy = {}
  for _, name in ipairs(names) do
    copy[name] = plain(found[name])
  end
  return copy
end

-- Which AI plugin answered is known where it ran; its settings hold keys and are not read.
local function routing(ai)
  return {
    route = fields_of(kong.router.get_route(), ROUTE_FIELDS),
    service = fields_of(kong.router.get_service(), SERVICE_FIELDS),
    ai = ai and { provider = ai.provider_name, plugin = ai.plugin_id } or nil,
  }
end

-- One fact that cannot be read must not cost the others.
local function try(read)
  local ok, value = pcall(read)
  if ok then
    return value
  end
  kong.log.warn("clew: a fact of the outcome is missing: ", value)
end

return function()
  local shared = kong.ctx.shared
  local decision = shared.clew_out
  if type(decision) ~= "table" then
    return
  end

  local tap = shared.clew_tap
  shared.clew_tap = nil
  -- What stood for what ends with the request.
  shared.clew_restore = nil
  decision.restore = nil
  local status = try(kong.response.get_status) or 0
  local ai = try(ai_facts)
  local body = tap and tap.count > 0 and table.concat(tap.parts) or nil

  ngx.update_time()
  shared.clew_log = {
    v = 1,
    run_id = decision.run_id,
    status = status,
    response_headers = try(joined_headers) or {},
    body = body,
    body_bytes = tap and tap.bytes or 0,
    body_truncated = tap ~= nil and tap.bytes > tap.kept,
    started_ms = math.floor(ngx.req.start_time() * 1000),
    upstream_ms = shared.clew_upstream_ms,
    first_byte_ms = shared.clew_first_byte_ms,
    ended_ms = math.floor(ngx.now() * 1000),
    aborted = status == CLIENT_CLOSED or (tap ~= nil and not tap.ended),
    route = try(function() return entity(kong.router.get_route()) end),
    service = try(function() return entity(kong.router.get_service()) end),
    routing = try(function() return routing(ai) end),
    consumer = try(function() return entity(kong.client.get_consumer()) end),
    credential = try(credential_id),
    tries = try(provider_tries) or {},
    ai = ai,
  }
end
