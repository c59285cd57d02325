// The atomic steps in Redis, in Lua. They count as `memory-limits.ts` does; the time is the server's.
import { wokenAtOnce } from './store.ts'

/**
 * KEYS: used: hash, `freeAt` → "requests tokens", and with an `r` before `freeAt` for calls that run · running: sorted set,
 * id by the end of its lease · waiting: hash, id → "order until tokens" · cool: a string that expires · call: a string that
 * expires, "freeAt tokens" of the call's reservation, or "settled", so that an operation that is sent again changes nothing.
 */
const begin = `
local used, running, waiting, cool, call = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
local function freeAfter(moment, slot, window) return text((math.floor(moment / slot) + 1) * slot + window) end
local function add(field, requests, tokens)
  local r, t = string.match(redis.call('HGET', used, field) or '0 0', '^(%S+) (%S+)$')
  redis.call('HSET', used, field, text(r + requests) .. ' ' .. text(t + tokens))
end
local before = call and redis.call('GET', call) or ''
local reservedUntil, reserved = string.match(before, '^(%S+) (%S+)$')
local function free()
  if not reservedUntil or redis.call('HEXISTS', used, 'r' .. reservedUntil) == 0 then return false end
  add('r' .. reservedUntil, -1, -reserved)
  return true
end
local function keep(ms)
  for _, key in ipairs({ used, running, waiting }) do redis.call('PEXPIRE', key, ms) end
end
`

/**
 * ARGV: id, tokens, requests per window, tokens per window, concurrency, window, slot, delivery, lease, how long the call is
 * known. Returns { wait, freeAt }.
 */
export const reserveScript: string = `${begin}
local id, need = ARGV[1], tonumber(ARGV[2])
local mostRequests, mostTokens, mostRunning = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local window, slot, delivery, lease = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local known = ARGV[10]

redis.call('ZREMRANGEBYSCORE', running, '-inf', text(now))
if before == 'settled' or redis.call('ZSCORE', running, id) then return { '0', reservedUntil or '0' } end
if free() then redis.call('DEL', call) end -- its lease has run out, so it has not started: it reserves anew

local order = time[1] * 1000000 + time[2]
local tickets = redis.call('HGETALL', waiting)
local ahead = {}
for at = 1, #tickets, 2 do
  local came, till, tokens = string.match(tickets[at + 1], '^(%S+) (%S+) (%S+)$')
  if tonumber(till) <= now then redis.call('HDEL', waiting, tickets[at])
  elseif tickets[at] == id then order = tonumber(came)
  else ahead[#ahead + 1] = { tonumber(came), tonumber(tokens) } end
end
local requests, tokens = 1, need
for _, ticket in ipairs(ahead) do
  if ticket[1] < order then
    requests = requests + 1
    tokens = tokens + ticket[2]
  end
end
local place = redis.call('ZCARD', running) + requests - mostRunning

local slots = {}
local all = redis.call('HGETALL', used)
for at = 1, #all, 2 do
  local runs, freeAt = string.match(all[at], '^(r?)(%d+)$')
  freeAt = tonumber(freeAt)
  if freeAt <= now then redis.call('HDEL', used, all[at])
  else
    local r, t = string.match(all[at + 1], '^(%S+) (%S+)$')
    if runs == 'r' then freeAt = math.max(now + slot, freeAt - delivery) end
    slots[#slots + 1] = { freeAt, tonumber(r), tonumber(t) }
    requests = requests + r
    tokens = tokens + t
  end
end

local wait = math.max(0, redis.call('PTTL', cool))
if requests > mostRequests or tokens > mostTokens then
  table.sort(slots, function(a, b) return a[1] < b[1] end)
  local room = 0
  for _, one in ipairs(slots) do
    if requests <= mostRequests and tokens <= mostTokens then break end
    room = one[1] - now
    requests = requests - one[2]
    tokens = tokens - one[3]
  end
  if requests > mostRequests or tokens > mostTokens then room = math.max(room, slot) end
  wait = math.max(wait, room)
end
if place > 0 then
  local size = redis.call('ZCARD', running)
  local at = math.min(place, size) - 1
  local last = size > 0 and redis.call('ZRANGE', running, at, at, 'WITHSCORES')[2] or now + lease
  wait = math.max(wait, last - now)
end

if wait > 0 then
  redis.call('HSET', waiting, id, text(order) .. ' ' .. text(now + lease) .. ' ' .. text(need))
  keep(known)
  return { text(wait), '0' }
end
redis.call('HDEL', waiting, id)
redis.call('ZADD', running, text(now + lease), id)
local freeAt = freeAfter(now + delivery, slot, window)
add('r' .. freeAt, 1, need)
redis.call('SET', call, freeAt .. ' ' .. text(need), 'PX', known)
keep(known)
return { '0', freeAt }
`

/** ARGV: id, tokens, countsUntil, used, cool-down, window, slot, how long the call is known, whether to notify, channel, key. */
export const settleScript: string = `${begin}
local id, tokens, countsUntil, spent = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local coolDown, window, slot, known = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
if before == 'settled' then return 0 end
redis.call('SET', call, 'settled', 'PX', known)
redis.call('ZREM', running, id)
redis.call('HDEL', waiting, id)
if free() and countsUntil > now then add(text(countsUntil), 1, math.min(reserved, spent)) end
if spent > tokens then
  add(freeAfter(now, slot, window), 0, spent - tokens)
  keep(known)
end
if coolDown > math.max(0, redis.call('PTTL', cool)) then redis.call('SET', cool, '1', 'PX', text(coolDown)) end
if ARGV[9] == '1' then
  local tickets = {}
  local all = redis.call('HGETALL', waiting)
  for at = 1, #all, 2 do
    local came, till, need = string.match(all[at + 1], '^(%S+) (%S+) (%S+)$')
    if tonumber(till) > now then tickets[#tickets + 1] = { tonumber(came), tonumber(need), all[at] } end
  end
  table.sort(tickets, function(a, b) return a[1] < b[1] end)
  local ids, sum = {}, 0
  for _, ticket in ipairs(tickets) do
    if #ids >= 2 and (sum >= tokens - spent or #ids >= ${wokenAtOnce}) then break end
    ids[#ids + 1] = ticket[3]
    sum = sum + ticket[2]
  end
  if #ids > 0 then redis.call('PUBLISH', ARGV[10], ARGV[11] .. ' ' .. table.concat(ids, ',')) end
end
return 1
`

/** KEYS: the first four, and the call of each id. ARGV: lease, ids. */
export const renewScript: string = `${begin}
local lease = tonumber(ARGV[1])
for at = 2, #ARGV do
  if redis.call('GET', KEYS[at + 3]) ~= 'settled' then redis.call('ZADD', running, text(now + lease), ARGV[at]) end
end
redis.call('PEXPIRE', running, text(math.max(2 * lease, redis.call('PTTL', running))))
return 1
`
