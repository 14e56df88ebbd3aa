-- post-function, phase access: applies what the plugin decided (CompanionDecision in plugin/src/contract/companion.ts).
-- Runs after all other plugins of the phase, so the provider is called next. Without a decision the request passes as
-- it is; access-guard.lua is for those who would rather refuse it.

-- Into the line that Kong's own log plugins write: what joins it with the run, and by the run with its thread.
local function note_in_log(decision)
  kong.log.set_serialize_value("clew.run_id", decision.run_id)
  local parent = (decision.set_headers or {}).traceparent
  if type(parent) == "string" then
    kong.log.set_serialize_value("clew.trace_id", string.sub(parent, 4, 35))
  end
end

return function()
  local shared = kong.ctx.shared
  -- The copy of the request is not needed any more and may be large.
  shared.clew_in = nil

  local decision = shared.clew_out
  if type(decision) ~= "table" then
    return
  end

  local noted, why = pcall(note_in_log, decision)
  if not noted then
    kong.log.warn("clew: run id not in the log: ", why)
  end

  if type(decision.exit) == "table" then
    return kong.response.exit(decision.exit.status, decision.exit.body, decision.exit.headers)
  end

  local ok, err = pcall(function()
    for _, name in ipairs(decision.clear_headers or {}) do
      kong.service.request.clear_header(name)
    end
    for name, value in pairs(decision.set_headers or {}) do
      kong.service.request.set_header(name, value)
    end
  end)
  if not ok then
    kong.log.warn("clew: headers not set: ", err)
  end

  ngx.update_time()
  shared.clew_upstream_ms = math.floor(ngx.now() * 1000)
end
