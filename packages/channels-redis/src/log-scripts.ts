/*
 * A topic has two keys: a hash with its epoch (e), its last offset (o) and the bytes of its entries (b), and a stream whose ids are
 * `<offset>-0`, with the entry (d) and the server's time in milliseconds (t). Offsets are written with %.0f: Lua 5.1 would write
 * large ones as 1e+15. Entries are compared with the server's clock alone; if that is set back or forth, they live longer or shorter.
 *
 * ARGV begins with an epoch for a new log, the ttl, and the newest place that the caller knows of (an empty epoch: none). A server that
 * came back with an older copy, or took over without the newest entries, would give their offsets again: then a new log begins.
 */

const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function id(offset) return string.format('%.0f-0', offset) end
local meta = redis.call('HMGET', KEYS[1], 'e', 'o', 'b')
local epoch, offset, bytes = meta[1], tonumber(meta[2]), tonumber(meta[3])
if epoch == ARGV[3] and offset < tonumber(ARGV[4]) then epoch = false end
local function expire(key, ttl)
  if ttl >= 0 then redis.call('PEXPIRE', key, ttl) else redis.call('PERSIST', key) end
end
local function begin(fresh)
  epoch, offset, bytes = fresh, 0, 0
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'e', epoch, 'o', 0, 'b', 0)
end
`;

/** KEYS: position, entries. ARGV, behind what is said above: entry, count, bytes, age; -1 is no bound. Returns epoch and offset. */
export const appendScript: string = `${clock}
local ttl, entry = tonumber(ARGV[2]), ARGV[5]
local most = { count = tonumber(ARGV[6]), bytes = tonumber(ARGV[7]), age = tonumber(ARGV[8]) }
if not epoch then begin(ARGV[1]) end
offset = offset + 1
bytes = bytes + #entry
local kept = redis.call('XLEN', KEYS[2]) + 1
redis.call('XADD', KEYS[2], id(offset), 'd', entry, 't', string.format('%.0f', now))
if kept == 1 then bytes = #entry end
local function exceeds(time)
  return (most.count >= 0 and kept > most.count) or (most.bytes >= 0 and bytes > most.bytes)
    or (most.age >= 0 and now - time > most.age)
end
while kept > 0 do
  local some = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 10)
  local gone = {}
  for _, item in ipairs(some) do
    if not exceeds(tonumber(item[2][4])) then break end
    gone[#gone + 1] = item[1]
    kept = kept - 1
    bytes = bytes - #item[2][2]
  end
  if #gone > 0 then redis.call('XDEL', KEYS[2], unpack(gone)) end
  if #gone < #some or #some == 0 then break end
end
redis.call('HSET', KEYS[1], 'o', string.format('%.0f', offset), 'b', string.format('%.0f', bytes))
expire(KEYS[1], ttl)
expire(KEYS[2], ttl)
return { epoch, string.format('%.0f', offset) }
`;

/**
 * KEYS: position, entries. ARGV, behind what is said above, if entries are asked for: the epoch and the offset behind which (-1: all
 * that are kept), and the age. Returns epoch, offset, and the entries if they are all there.
 */
export const readScript: string = `${clock}
if not epoch then
  begin(ARGV[1])
  expire(KEYS[1], tonumber(ARGV[2]))
end
local place = { epoch, string.format('%.0f', offset) }
local after, age = tonumber(ARGV[6]), tonumber(ARGV[7])
if after == -1 then
  local kept = {}
  local expected = offset
  local found = redis.call('XREVRANGE', KEYS[2], '+', '-')
  for _, item in ipairs(found) do
    if item[1] ~= id(expected) or (age >= 0 and now - tonumber(item[2][4]) > age) then break end
    table.insert(kept, item[2][2])
    expected = expected - 1
  end
  place[3] = {}
  for index = #kept, 1, -1 do table.insert(place[3], kept[index]) end
  return place
end
if ARGV[5] ~= epoch then return place end
local missed = offset - after
if missed < 0 then return place end
local entries = {}
if missed > 0 then
  local found = redis.call('XRANGE', KEYS[2], id(after + 1), '+')
  if #found ~= missed then return place end
  if age >= 0 and now - tonumber(found[1][2][4]) > age then return place end
  for index, item in ipairs(found) do entries[index] = item[2][2] end
end
place[3] = entries
return place
`;
