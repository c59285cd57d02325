// Answers like a model where there is no API key. Who is asked is known by the tools that the request offers.
import { call, lastText, type Reply, type ScriptRequest, text, toolResults } from '@toolloop/testing'

export function scriptedDesk(request: ScriptRequest): Reply {
  const offered = new Set(request.tools?.map((one) => (one.type === 'function' ? one.function.name : '')))
  const asked = lastText(request)
  const last = request.messages.at(-1)?.role === 'tool' ? toolResults(request).at(-1) : undefined
  const [number = 'A-17'] = /[AB]-\d+/.exec(JSON.stringify(request.messages)) ?? []
  const wantsMoney = /money|refund/i.test(asked)

  if (offered.has('transfer_to_refunds')) {
    if (wantsMoney) return call('transfer_to_refunds', { number, reason: 'it is broken' })
    return /where|order|parcel/i.test(asked) ? call('transfer_to_orders') : text('How can I help you?')
  }
  if (offered.has('ask_courier')) {
    if (wantsMoney) return call('transfer_to_desk')
    if (last?.name === 'find_order') return call('ask_courier', { input: `Where is parcel ${parcelIn(last.content)}?` })
    return last?.name === 'ask_courier' ? text(`I asked the courier. ${last.content}`) : call('find_order', { number })
  }
  if (offered.has('track_parcel'))
    return last ? text('It is in Bergen, and comes tomorrow.') : call('track_parcel', { parcel: parcelIn(asked) })
  return last ? text(last.content) : call('refund', { number, reason: 'it is broken' })
}

const parcelIn = (words: string): string => /P-\d+/.exec(words)?.[0] ?? 'P-9'
