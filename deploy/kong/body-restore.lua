-- post-function, phase body_filter, before body-filter.lua: puts values back where the provider's answer holds
-- stand-ins for them (CompanionDecision.restore). Nothing is done to other answers. In a stream a stand-in may come in
-- pieces, over chunks and over events: the piece waits in the event in which it came until the next one of the same
-- text is there.
-- plugin/trial-gateway/restore.ts does the same, and a test holds both to the same bytes.

-- No stand-in is longer.
local MAX_STAND_IN = 64
-- What may wait: behind an event that waits for the rest of its text, and a JSON answer for its end.
local MAX_WAITING_LINES = 256
local MAX_WAITING_BYTES = 262144
local MAX_JSON_BYTES = 8388608

local INDEX = { index = true, output_index = true, content_index = true, summary_index = true }
-- JSON within a JSON text.
local NESTED = { arguments = true, partial_json = true }
-- Where answers stand that are JSON themselves because the client asked for it.
local SPOKEN = { content = true, text = true, delta = true }
-- Texts that come in pieces, each after the other.
local TEXTS = {
  arguments = true, content = true, delta = true, partial_json = true, reasoning = true, reasoning_content = true,
  refusal = true, text = true, thinking = true,
}

local byte, find, gsub, sub = string.byte, string.find, string.gsub, string.sub

-- depth: 0 no JSON, 1 a JSON text, 2 JSON within a JSON text.
local function restored(text, values, depth)
  return (gsub(text, "%[[A-Z][A-Z0-9_]*%]", function(token)
    local value = values[token]
    return value and value[depth + 1]
  end))
end

-- Length of what may be the beginning of a stand-in at the end.
local function begun_at_end(text)
  local from = find(text, "%[[A-Z0-9_]*$", #text > MAX_STAND_IN and #text - MAX_STAND_IN + 1 or 1)
  return from and #text - from + 1 or 0
end

local function end_of_text(text, from)
  local at = from
  while true do
    local found = find(text, '["\\]', at)
    if not found then
      return nil
    end
    if byte(text, found) == 34 then
      return found
    end
    at = found + 2
  end
end

local function name_in(level)
  return level.is_object and level.key or level.name
end

-- Keys and texts in the order in which they stand; nil where a text has no end.
local function literals_of(text)
  local literals, level, at = {}, { key = "", name = "", index = "" }, 1
  local root = { kind = "" }
  while true do
    local from = find(text, '["{}%[%]]', at)
    if not from then
      return literals, root
    end
    local char = byte(text, from)
    at = from + 1
    if char == 34 then
      local to = end_of_text(text, at)
      if not to then
        return nil
      end
      local _, colon
      if level.is_object then
        _, colon = find(text, "^[ \t\r\n]*:", to + 1)
      end
      if colon then
        level.key = sub(text, from + 1, to - 1)
        if INDEX[level.key] then
          local first, last = find(text, "^[ \t\r\n]*%d+", colon + 1)
          if first then
            level.index = level.index .. level.key .. "=" .. tostring(tonumber(sub(text, first, last))) .. ";"
          end
        end
      elseif level.depth == 1 and level.key == "type" then
        root.kind = sub(text, from + 1, to - 1)
      end
      local name = name_in(level)
      literals[#literals + 1] = { from = from + 1, to = to - 1, is_key = colon ~= nil, level = level, name = name }
      at = to + 1
    elseif char == 123 or char == 91 then
      local is_object = char == 123
      local depth = (level.depth or 0) + 1
      level = { parent = level, is_object = is_object, name = name_in(level), key = "", index = "", depth = depth }
      if level.depth == 1 then
        root.level = level
      end
    else
      level = level.parent or level
    end
  end
end

-- Which text of the stream a literal is a piece of, and which part of the answer that belongs to; nil for a whole text.
local function channel_of(literal, root)
  local name, level = literal.name, literal.level
  local path, outer = name, ""
  local is_delta, is_choice = name == "delta" and find(root.kind, "%.delta$") ~= nil, false
  while level do
    if level.index ~= "" then
      outer = level.index
    end
    path = level.name .. "|" .. level.index .. "/" .. path
    is_delta = is_delta or level.name == "delta"
    is_choice = is_choice or level.name == "choices"
    level = level.parent
  end
  if TEXTS[name] and (is_delta or (is_choice and name == "text")) then
    return path .. root.kind, outer
  end
end

local function outer_of(level)
  local outer = ""
  while level do
    if level.index ~= "" then
      outer = level.index
    end
    level = level.parent
  end
  return outer
end

local function depth_of(literal, root, is_json_text)
  local name = literal.name
  if literal.is_key then
    return 1
  end
  if NESTED[name] or (name == "delta" and find(root.kind, "arguments", 1, true)) then
    return 2
  end
  return is_json_text and SPOKEN[name] and 2 or 1
end

-- Gives a carry back to the event in which it came.
local function give_back(state, channel)
  local carry = state.carries[channel]
  state.carries[channel] = nil
  carry.line.parts[carry.slot] = carry.line.parts[carry.slot] .. carry.text
  carry.line.holds = carry.line.holds - 1
end

local function give_back_where(state, matches)
  local channels = {}
  for channel, carry in pairs(state.carries) do
    if matches(carry, channel) then
      channels[#channels + 1] = channel
    end
  end
  for _, channel in ipairs(channels) do
    give_back(state, channel)
  end
end

local function all()
  return true
end

-- The parts of one event's JSON with values in the place of stand-ins; what may go on in the next is carried there.
local function read_event(state, line, text)
  local literals, root = literals_of(text)
  if not literals then
    line.parts[#line.parts + 1] = restored(text, state.values, 1)
    return
  end
  local read, ended = 1, nil
  for _, literal in ipairs(literals) do
    local piece = sub(text, literal.from, literal.to)
    local depth = depth_of(literal, root, state.is_json_text)
    local channel, outer
    if not literal.is_key then
      channel, outer = channel_of(literal, root)
    end
    if literal.name == "finish_reason" and not literal.is_key then
      ended = outer_of(literal.level)
    end
    line.parts[#line.parts + 1] = sub(text, read, literal.from - 1)
    if channel then
      local carry = state.carries[channel]
      if carry then
        state.carries[channel] = nil
        carry.line.holds = carry.line.holds - 1
        piece = carry.text .. piece
      end
      if piece ~= "" then
        give_back_where(state, function(other)
          return other.outer == outer
        end)
      end
      local kept = begun_at_end(piece)
      line.parts[#line.parts + 1] = restored(sub(piece, 1, #piece - kept), state.values, depth)
      if kept > 0 then
        local rest = sub(piece, #piece - kept + 1)
        state.carries[channel] = { text = rest, line = line, slot = #line.parts, outer = outer }
        line.holds = line.holds + 1
      end
    else
      line.parts[#line.parts + 1] = restored(piece, state.values, depth)
    end
    read = literal.to + 1
  end
  line.parts[#line.parts + 1] = sub(text, read)
  local is_part_of_text = not find(root.kind, "_stop$")
    and (not find(root.kind, "^response%.") or find(root.kind, "%.delta$"))
  if not ended and root.level and not is_part_of_text then
    ended = root.level.index
  end
  if ended then
    give_back_where(state, function(carry)
      return ended == "" or carry.outer == ended
    end)
  end
end

local function read_line(state, text)
  local line = { parts = {}, holds = 0, size = #text }
  state.lines[#state.lines + 1] = line
  state.waiting = state.waiting + #text
  local _, head = find(text, "^data:[ \t]*")
  if not head then
    line.parts[1] = text
  elseif find(text, "^%[DONE%]", head + 1) then
    line.parts[1] = text
    give_back_where(state, all)
  else
    line.parts[1] = sub(text, 1, head)
    read_event(state, line, sub(text, head + 1))
  end
end

-- Lines before the first that waits.
local function take_lines(state)
  if #state.lines > MAX_WAITING_LINES or state.waiting > MAX_WAITING_BYTES then
    give_back_where(state, all)
  end
  local out, first = {}, 1
  while state.lines[first] and state.lines[first].holds == 0 do
    out[#out + 1] = table.concat(state.lines[first].parts)
    state.waiting = state.waiting - state.lines[first].size
    first = first + 1
  end
  if first > 1 then
    local rest = {}
    for at = first, #state.lines do
      rest[#rest + 1] = state.lines[at]
    end
    state.lines = rest
  end
  return table.concat(out)
end

-- A line that has no end yet is kept in pieces, so that a long one is not joined again with each chunk.
local function read_open_line(state, rest)
  local text = table.concat(state.pieces) .. rest
  state.pieces, state.open_bytes = {}, 0
  if text ~= "" then
    read_line(state, text)
  end
end

local function push_events(state, chunk, is_end)
  local at = 1
  while true do
    local newline = find(chunk, "\n", at, true)
    if not newline then
      break
    end
    read_open_line(state, sub(chunk, at, newline))
    at = newline + 1
  end
  state.pieces[#state.pieces + 1] = sub(chunk, at)
  state.open_bytes = state.open_bytes + #chunk - at + 1
  if is_end or state.open_bytes > MAX_JSON_BYTES then
    read_open_line(state, "")
  end
  if is_end then
    give_back_where(state, all)
  end
  return take_lines(state)
end

local function push_text(state, chunk, is_end, depth)
  local text = state.open .. chunk
  local kept = is_end and 0 or begun_at_end(text)
  state.open = sub(text, #text - kept + 1)
  return restored(sub(text, 1, #text - kept), state.values, depth)
end

local function restored_json(state, text)
  local literals, root = literals_of(text)
  if not literals then
    return restored(text, state.values, 1)
  end
  local parts, read = {}, 1
  for _, literal in ipairs(literals) do
    local depth = depth_of(literal, root, state.is_json_text)
    parts[#parts + 1] = sub(text, read, literal.from - 1)
    parts[#parts + 1] = restored(sub(text, literal.from, literal.to), state.values, depth)
    read = literal.to + 1
  end
  parts[#parts + 1] = sub(text, read)
  return table.concat(parts)
end

local function push_json(state, chunk, is_end)
  if state.is_long then
    return push_text(state, chunk, is_end, 1)
  end
  state.pieces[#state.pieces + 1] = chunk
  state.waiting = state.waiting + #chunk
  if not is_end and state.waiting <= MAX_JSON_BYTES then
    return ""
  end
  local text = table.concat(state.pieces)
  state.pieces = {}
  if is_end then
    return restored_json(state, text)
  end
  -- No model says so much at once.
  state.is_long = true
  return push_text(state, text, false, 1)
end

return function()
  local state = kong.ctx.shared.clew_restore
  if not state then
    return
  end
  if not state.lines then
    state.lines, state.carries, state.pieces, state.open = {}, {}, {}, ""
    state.waiting, state.open_bytes = 0, 0
  end
  local chunk, is_end = ngx.arg[1], ngx.arg[2]
  if type(chunk) ~= "string" then
    chunk = ""
  end
  if state.mode == "events" then
    ngx.arg[1] = push_events(state, chunk, is_end)
  elseif state.mode == "json" then
    ngx.arg[1] = push_json(state, chunk, is_end)
  else
    ngx.arg[1] = push_text(state, chunk, is_end, 0)
  end
end
