// What servers do not accept, and which fields they want sent back. No other file names a vendor.
import { checkOptionNames, deepFreeze, type Profile, UsageError } from '@toolloop/wire'

export type ProfileName =
  | 'openai'
  | 'azure'
  | 'anthropic'
  | 'cerebras'
  | 'cohere'
  | 'copilot'
  | 'deepseek'
  | 'fireworks'
  | 'gemini'
  | 'groq'
  | 'llamacpp'
  | 'lmstudio'
  | 'mistral'
  | 'ollama'
  | 'moonshot'
  | 'openrouter'
  | 'perplexity'
  | 'together'
  | 'vercel'
  | 'vllm'
  | 'xai'
  | 'zai'
  | 'compatible'

/** The API as OpenAI serves it. */
const openai: Profile = {
  name: 'openai',
  strict: true,
  streamOptions: true,
  parallelToolCalls: true,
  developerRole: true,
  maxCompletionTokens: true,
  nullContent: true,
  invalidArguments: true,
  sendBack: [],
  output: 'native',
  callIds: 'max40',
}

/** What nearly every server of this API accepts. The profile of an unknown base URL. */
const compatible: Profile = {
  ...openai,
  name: 'compatible',
  strict: false,
  developerRole: false,
  maxCompletionTokens: false,
  invalidArguments: false,
  callIds: 'any',
  /** Fields that servers produce and want sent back, at least between tool calls: reasoning and its signatures. */
  sendBack: [
    'reasoning',
    'reasoning_content',
    'reasoning_details',
    'thinking_blocks',
    'extra_content',
    'thought_signature',
  ],
  output: 'tool',
}

/** The profiles of known servers. */
const known: Readonly<Record<ProfileName, Profile>> = {
  openai,
  azure: { ...openai, name: 'azure' },
  compatible,
  anthropic: { ...compatible, name: 'anthropic' },
  cerebras: {
    ...compatible,
    name: 'cerebras',
    strict: true,
    maxCompletionTokens: true,
    sendBack: ['reasoning'],
    output: 'native',
  },
  cohere: { ...compatible, name: 'cohere', parallelToolCalls: false },
  copilot: {
    ...compatible,
    name: 'copilot',
    sendBack: ['reasoning_text', 'reasoning_opaque'],
  },
  deepseek: { ...compatible, name: 'deepseek', sendBack: ['reasoning_content'] },
  fireworks: { ...compatible, name: 'fireworks', sendBack: ['reasoning_content'], output: 'native' },
  gemini: { ...compatible, name: 'gemini', parallelToolCalls: false, sendBack: ['extra_content'], output: 'native' },
  groq: { ...compatible, name: 'groq', strict: true, maxCompletionTokens: true, sendBack: ['reasoning'] },
  llamacpp: {
    ...compatible,
    name: 'llamacpp',
    sendBack: ['reasoning_content'],
    output: 'native',
    outputWithTools: 'tool',
  },
  lmstudio: {
    ...compatible,
    name: 'lmstudio',
    sendBack: ['reasoning_content'],
    output: 'native',
    outputWithTools: 'tool',
  },
  mistral: {
    ...compatible,
    name: 'mistral',
    strict: true,
    streamOptions: false,
    nullContent: false,
    userAfterTool: false,
    callIds: 'alphanumeric9',
    sendBack: [],
    output: 'native',
  },
  ollama: {
    ...compatible,
    name: 'ollama',
    parallelToolCalls: false,
    nullContent: false,
    sendBack: ['reasoning'],
    output: 'native',
    outputWithTools: 'tool',
  },
  moonshot: { ...compatible, name: 'moonshot', sendBack: ['reasoning_content'] },
  openrouter: {
    ...compatible,
    name: 'openrouter',
    strict: true,
    sendBack: ['reasoning', 'reasoning_details', 'reasoning_content'],
    output: 'native',
  },
  perplexity: { ...compatible, name: 'perplexity', sendBack: [], parallelToolCalls: false, output: 'native' },
  together: { ...compatible, name: 'together', sendBack: ['reasoning'] },
  vercel: { ...compatible, name: 'vercel', sendBack: ['reasoning', 'reasoning_details'], output: 'native' },
  vllm: {
    ...compatible,
    name: 'vllm',
    maxCompletionTokens: true,
    sendBack: ['reasoning', 'reasoning_content'],
    output: 'native',
    outputWithTools: 'tool',
  },
  xai: {
    ...compatible,
    name: 'xai',
    strict: true,
    maxCompletionTokens: true,
    sendBack: ['reasoning_content'],
    output: 'native',
  },
  zai: { ...compatible, name: 'zai', sendBack: ['reasoning_content'] },
}

const hosts: readonly (readonly [host: string, name: ProfileName])[] = [
  ['openai.com', 'openai'],
  ['openai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['anthropic.com', 'anthropic'],
  ['cerebras.ai', 'cerebras'],
  ['cohere.ai', 'cohere'],
  ['cohere.com', 'cohere'],
  ['githubcopilot.com', 'copilot'],
  ['deepseek.com', 'deepseek'],
  ['fireworks.ai', 'fireworks'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['aiplatform.googleapis.com', 'gemini'],
  ['groq.com', 'groq'],
  ['mistral.ai', 'mistral'],
  ['ollama.com', 'ollama'],
  ['openrouter.ai', 'openrouter'],
  ['perplexity.ai', 'perplexity'],
  ['together.xyz', 'together'],
  ['together.ai', 'together'],
  ['x.ai', 'xai'],
  ['z.ai', 'zai'],
  ['bigmodel.cn', 'zai'],
  ['moonshot.ai', 'moonshot'],
  ['moonshot.cn', 'moonshot'],
  ['ai-gateway.vercel.sh', 'vercel'],
]

/** Vertex AI prefixes its host with the region: `europe-west1-aiplatform.googleapis.com`. */
const regionOf = (hostname: string): string => hostname.replace(/^[a-z0-9-]+-(?=aiplatform\.)/, '')

const fields: readonly string[] = [...Object.keys(openai), 'outputWithTools', 'userAfterTool']

/** Known profiles by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = deepFreeze(known)

/** A profile by name, by the fields that differ, or by base URL. */
export function profileFor(setting: ProfileName | Partial<Profile> | undefined, baseURL: string | URL): Profile {
  if (typeof setting === 'string') return byName(setting)
  const base =
    setting?.name !== undefined && Object.hasOwn(known, setting.name) ? byName(setting.name) : byHost(baseURL)
  if (setting === undefined) return base
  checkOptionNames('A profile', setting, fields)
  return changed(base, setting)
}

/** A frozen copy of a profile with some fields changed. */
export function changed(base: Profile, setting: Partial<Profile>): Profile {
  return deepFreeze({ ...base, ...setting, ...(setting.sendBack && { sendBack: [...setting.sendBack] }) })
}

function byName(name: string): Profile {
  if (Object.hasOwn(known, name)) return known[name as ProfileName]
  throw new UsageError(
    `There is no profile \`${name}\`. Use one of ${Object.keys(known).join(', ')}, or pass the fields that differ`,
  )
}

function byHost(baseURL: string | URL): Profile {
  const { hostname, port } = new URL(baseURL)
  if (port === '11434') return known.ollama
  if (port === '1234') return known.lmstudio
  const found = hosts.find(
    ([host]) => hostname === host || hostname.endsWith(`.${host}`) || regionOf(hostname) === host,
  )
  return found === undefined ? compatible : known[found[1]]
}
