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

  -- Stand-ins in the answer become values again in body-restore.lua, which changes its length. What is compressed
  -- cannot be read there and passes as it is: the provider was asked not to.
  local restore = decision.restore
  local coding = kong.response.get_header("content-encoding")
  if type(restore) == "table" and (coding == nil or coding == "" or coding == "identity") then
    local kind = string.lower(kong.response.get_header("content-type") or "")
    local mode = "text"
    if string.find(kind, "text/event-stream", 1, true) then
      mode = "events"
    elseif string.find(kind, "json", 1, true) then
      mode = "json"
    end
    shared.clew_restore = { values = restore.values, is_json_text = restore.is_json_text == true, mode = mode }
    kong.response.clear_header("content-length")
  end

  for name, value in pairs(decision.response_headers or {}) do
    -- Fails for names and values that no header may have, and then only that header is missing.
    local ok, err = pcall(kong.response.set_header, name, value)
    if not ok then
      kong.log.warn("clew: response header not set: ", err)
    end
  end
end
