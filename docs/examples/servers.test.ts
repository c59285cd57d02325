import { scriptedServer, text } from '@toolloop/testing'
import { agent, chatModel, Client, outputOf } from 'toolloop'
import { expect, test } from 'vitest'

const messages = [{ role: 'user' as const, content: 'Say hello.' }]

test('any server', () => {
  // #region servers
  const local = new Client({ baseURL: 'http://localhost:11434/v1' })
  const router = new Client({ baseURL: 'https://openrouter.ai/api/v1', apiKey: 'sk-or-example' })
  // #endregion
  expect([local.profile.name, router.profile.name]).toEqual(['ollama', 'openrouter'])
})

test('Azure', async () => {
  await using server = await scriptedServer([text('Hello.')], { apiKey: 'token-of-the-day' })
  const address = server.url.replace('/v1', '')
  const getToken = async () => 'token-of-the-day'
  // #region azure
  const azure = new Client({
    baseURL: address, // https://{resource}.openai.azure.com
    azure: { apiVersion: '2024-10-21', deployment: 'my-gpt' }, // by default the model is the deployment
    apiKey: getToken, // sent as `api-key`; with `auth: 'bearer'` as a token
  })
  // #endregion
  const completion = await azure.chat.completions.create({ model: 'gpt-5.1', messages })
  expect(server.requests[0]).toMatchObject({
    path: '/openai/deployments/my-gpt/chat/completions',
    query: { 'api-version': '2024-10-21' },
    headers: { 'api-key': 'token-of-the-day' },
  })
  expect(completion.choices[0]?.message.content).toBe('Hello.')
  await azure.close()
})

test('a profile', async () => {
  await using server = await scriptedServer([text('Hello.')])
  await using client = new Client({ baseURL: server.url })
  // #region profile
  const named = chatModel(client, 'llama-4', { profile: 'groq' })
  const differing = chatModel(client, 'my-model', {
    profile: { developerRole: false, sendBack: ['reasoning_content'] },
  })
  // #endregion
  expect(named.profile?.name).toBe('groq')
  expect(outputOf(await agent({ name: 'a', model: differing }).run('Say hello.'))).toBe('Hello.')
})
