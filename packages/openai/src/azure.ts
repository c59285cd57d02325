// `AzureOpenAI`: the peer's client for Azure OpenAI.
import type { ClientOptions as OwnOptions } from '@toolloop/transport'
import { OpenAIError } from './errors/errors.ts'
import { type ClientOptions, environment } from './http/client-options.ts'
import { type HeadersLike, headersOf } from './http/request-options.ts'
import { OpenAI } from './openai.ts'

export interface AzureClientOptions extends Omit<ClientOptions, 'apiKey'> {
  /** A date such as `2024-10-21`. @default OPENAI_API_VERSION */
  apiVersion?: string | undefined
  /** The resource, `https://name.openai.azure.com`, in place of `baseURL`. @default AZURE_OPENAI_ENDPOINT */
  endpoint?: string | undefined
  /** @default the request's `model` */
  deployment?: string | undefined
  /** @default AZURE_OPENAI_API_KEY */
  apiKey?: string | undefined
  /** Returns a Microsoft Entra token, in place of a key. Called before every attempt. */
  azureADTokenProvider?: (() => Promise<string>) | undefined
}

/** A client for an Azure resource. @throws OpenAIError where key, version or address is missing or given twice */
export class AzureOpenAI extends OpenAI {
  apiVersion: string
  deploymentName: string | undefined
  readonly #usesToken: boolean

  constructor(options: AzureClientOptions = {}) {
    const { azureADTokenProvider, endpoint: _, deployment, ...rest } = options
    const apiVersion = options.apiVersion ?? environment('OPENAI_API_VERSION')
    if (!apiVersion)
      throw new OpenAIError('There is no API version: pass `apiVersion`, a date, or set OPENAI_API_VERSION.')
    super({
      ...rest,
      apiKey: credentialOf(options),
      baseURL: baseURLOf(options),
      ...(azureADTokenProvider && { dangerouslyAllowBrowser: options.dangerouslyAllowBrowser ?? true }),
    })
    this.apiVersion = apiVersion
    this.deploymentName = deployment
    this.#usesToken = azureADTokenProvider !== undefined
  }

  override withOptions(options: Partial<AzureClientOptions>): this {
    const { apiVersion, deploymentName: deployment } = this
    const moves = options.endpoint !== undefined && options.baseURL === undefined
    return super.withOptions({ apiVersion, deployment, ...(moves && { baseURL: undefined }), ...options })
  }

  /** @internal Where the base URL names no deployment, it is added: one client of ours for each deployment. */
  override addressKey(model: string | undefined): string {
    const deployment = this.deploymentName ?? model
    return deployment === undefined || this.#addressing() !== 'other' ? '' : deployment
  }

  /** @internal */
  override addressed(own: OwnOptions, model: string | undefined): OwnOptions {
    const { apiVersion, deploymentName, baseURL } = this
    const auth = this.#usesToken ? 'bearer' : 'api-key'
    if (this.#addressing() === 'openai')
      return {
        ...own,
        baseURL: new URL(baseURL.replace(/\/openai\/*$/, '')),
        azure: { apiVersion, auth, ...(deploymentName && { deployment: deploymentName }) },
      }
    const { apiKey, ...rest } = own
    const deployment = this.#addressing() === 'deployment' ? undefined : (deploymentName ?? model)
    const path = deployment === undefined ? '' : `/deployments/${encodeURIComponent(deployment)}`
    const keyed =
      typeof apiKey === 'string' && !this.#usesToken
        ? { headers: { ...headersOf(own.headers as HeadersLike), 'api-key': apiKey } }
        : { apiKey }
    return {
      ...rest,
      ...keyed,
      profile: 'azure',
      baseURL: baseURL.replace(/\/+$/, '') + path,
      query: { ...own.query, 'api-version': apiVersion },
    }
  }

  /** Which part of an Azure address the base URL already has. */
  #addressing(): 'openai' | 'deployment' | 'other' {
    const { pathname } = new URL(this.baseURL)
    if (pathname.split('/').includes('deployments')) return 'deployment'
    return /\/openai\/*$/.test(pathname) ? 'openai' : 'other'
  }
}

function credentialOf(options: AzureClientOptions): string | (() => Promise<string>) {
  const { azureADTokenProvider } = options
  const apiKey = options.apiKey ?? (azureADTokenProvider ? undefined : environment('AZURE_OPENAI_API_KEY'))
  if (azureADTokenProvider && apiKey)
    throw new OpenAIError('`apiKey` and `azureADTokenProvider` exclude each other: pass one of them.')
  const credential = azureADTokenProvider ?? apiKey
  if (credential) return credential
  throw new OpenAIError(
    'Missing credentials: pass `apiKey` or `azureADTokenProvider`, or set the environment variable AZURE_OPENAI_API_KEY.',
  )
}

function baseURLOf(options: AzureClientOptions): string {
  const baseURL = options.baseURL ?? (options.endpoint ? undefined : environment('OPENAI_BASE_URL'))
  if (baseURL && options.endpoint)
    throw new OpenAIError('`baseURL` and `endpoint` exclude each other: pass one of them.')
  if (baseURL) return baseURL
  const endpoint = options.endpoint ?? environment('AZURE_OPENAI_ENDPOINT')
  if (endpoint) return `${endpoint.replace(/\/+$/, '')}/openai`
  throw new OpenAIError('There is no address: pass `baseURL` or `endpoint`, or set AZURE_OPENAI_ENDPOINT.')
}
