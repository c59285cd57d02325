import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { ChatPage } from './use-chat-page.tsx'

test('the page shows the messages of the server', () => {
  const initialMessages = [
    { id: 'u', role: 'user' as const, parts: [{ type: 'text' as const, text: 'Refund 7' }] },
    {
      id: 'a',
      role: 'assistant' as const,
      parts: [
        {
          type: 'tool-refund' as const,
          toolCallId: 'c1',
          state: 'approval-requested' as const,
          input: { order: 7 },
          approval: { id: 'r1' },
        },
      ],
    },
  ]
  const html = renderToStaticMarkup(createElement(ChatPage, { id: 'c1', initialMessages }))
  expect(html).toContain('<p>Refund 7</p><button>Approve refund</button>')
})
