-- post-function, phase body_filter: keeps each chunk of the answer up to a cap while it passes. ngx.arg is only read,
-- so every chunk leaves when and as it came.

-- As max_body_bytes of the plugin.
local MAX_BODY_BYTES = 4194304

return function()
  local tap = kong.ctx.shared.clew_tap
  if not tap then
    return
  end

  local chunk = ngx.arg[1]
  if type(chunk) == "string" and chunk ~= "" then
    local room = MAX_BODY_BYTES - tap.kept
    tap.bytes = tap.bytes + #chunk
    if room > 0 then
      if #chunk > room then
        chunk = string.sub(chunk, 1, room)
      end
      tap.count = tap.count + 1
      tap.parts[tap.count] = chunk
      tap.kept = tap.kept + #chunk
    end
  end

  if ngx.arg[2] then
    tap.ended = true
  end
end
