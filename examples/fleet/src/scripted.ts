// What the scripted model answers: it asks for the parcels, books them, and counts them.
import { calls, lastText, type Reply, type ScriptRequest, text, toolResults } from '@toolloop/testing'

export function scriptedDispatcher(request: ScriptRequest): Reply {
  const order = /order-\d+/.exec(lastText(request))?.[0] ?? ''
  const results = toolResults(request)
  if (results.length === 0) return calls([{ name: 'parcels', args: { order } }])
  if (results.length > 1) return text('2 parcels are booked.')
  return calls(['a', 'b'].map((end) => ({ name: 'book_courier', args: { parcel: `${order}-${end}` } })))
}
