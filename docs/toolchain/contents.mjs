// The manual's table of contents: groups in the order one reads them, each with its pages in docs/.

/** @type {{ text: string, pages: string[] }[]} */
export const contents = [
  { text: 'Getting started', pages: ['getting-started', 'questions'] },
  {
    text: 'Guides',
    pages: [
      'agents',
      'tools',
      'schemas',
      'pipelines',
      'approval',
      'multi-agent',
      'middleware',
      'fallback',
      'resume',
      'logs',
      'sessions',
      'compaction',
      'replay-and-fork',
      'budgets',
      'steering',
      'streaming',
      'browser',
      'client',
      'chat-completions',
      'timeouts-and-retries',
      'servers',
      'mcp',
      'many-tools',
      'testing',
      'command-line',
      'viewer',
      'opentelemetry',
    ],
  },
  { text: 'Coming from', pages: ['coming-from-openai', 'coming-from-ai-sdk', 'coming-from-openai-agents'] },
  {
    text: 'Reference',
    pages: ['reference-options', 'events', 'outcomes', 'errors'],
  },
  { text: 'Explanations', pages: ['how-it-works', 'performance'] },
]
