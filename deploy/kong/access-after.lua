-- post-function, phase access: applies what the plugin decided (CompanionDecision in plugin/src/contract/companion.ts).
-- Runs after all other plugins of the phase, so the provider is called next. Without a decision the request passes as
-- it is; access-guard.lua is for those who would rather refuse it.

return function()
  local shared = kong.ctx.shared
  -- The copy of the request is not needed any more and may be large.
  shared.clew_in = nil

  local decision = shared.clew_out
  if type(decision) ~= "table" then
    return
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
