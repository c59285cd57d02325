// What the scripted model answers: it asks for the parcels, books them, and counts them.
import { calls, lastText, type Reply, type ScriptRequest, text, toolResults } from '@toolloop/testing'

export function scriptedDispatcher(request: ScriptRequest): Reply {
  const order = /order-\d+/.exec(lastText(request))?.[0] ?? ''
  const results = toolResults(request)
  if (results.length === 0) return calls([{ name: 'parcels', args: { order } }])
  // An answer that was cut has booked one of them only.
  const booked = new Set(results.map((result) => (JSON.parse(result.arguments) as { parcel?: string }).parcel))
  const left = ['a', 'b'].map((end) => `${order}-${end}`).filter((parcel) => !booked.has(parcel))
  return left.length === 0
    ? text('2 parcels are booked.')
    : calls(left.map((parcel) => ({ name: 'book_courier', args: { parcel } })))
}
