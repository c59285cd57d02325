// The viewer's entry: reads the logs that the page holds, and draws.
import { h, render } from 'preact'
import { App } from './app.ts'
import type { GivenLog } from './model.ts'
import { style } from './style.ts'

interface Given {
  readonly logs: readonly GivenLog[]
  readonly live?: string
}

const held = document.getElementById('logs')?.textContent
const { logs, live } = (held ? JSON.parse(held) : { logs: [] }) as Given
document.head.append(Object.assign(document.createElement('style'), { textContent: style }))
const root = document.getElementById('app')
if (root) render(h(App, { given: logs, live }), root)
