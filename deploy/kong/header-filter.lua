-- post-function, phase header_filter: sets the headers for the client and makes ready to copy the answer.

return function()
  local shared = kong.ctx.shared
  local decision = shared.clew_out
  if type(decision) ~= "table" then
    return
  end

  ngx.update_time()
  shared.clew_first_byte_ms = math.floor(ngx.now() * 1000)
  if decision.capture_answer then
    shared.clew_tap = { parts = {}, count = 0, kept = 0, bytes = 0, ended = false }
  end

  for name, value in pairs(decision.response_headers or {}) do
    -- Fails for names and values that no header may have, and then only that header is missing.
    local ok, err = pcall(kong.response.set_header, name, value)
    if not ok then
      kong.log.warn("clew: response header not set: ", err)
    end
  end
end
