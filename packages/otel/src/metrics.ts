import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import type { Usage } from '@toolloop/wire'
import { metric } from './conventions.ts'

/** The histograms of the conventions. Durations are in seconds. */
export class Instruments {
  readonly #histograms: Readonly<Record<keyof typeof metric, Histogram>>

  constructor(meter: Meter) {
    this.#histograms = Object.fromEntries(
      Object.entries(metric).map(([key, { name, unit }]) => [key, meter.createHistogram(name, { unit })]),
    ) as Record<keyof typeof metric, Histogram>
  }

  inference(seconds: number, labels: Attributes): void {
    this.#histograms.inferenceDuration.record(seconds, labels)
  }

  firstChunk(seconds: number, labels: Attributes): void {
    this.#histograms.inferenceFirstChunk.record(seconds, labels)
  }

  tokens({ prompt_tokens: input, completion_tokens: output }: Usage, labels: Attributes): void {
    this.#histograms.inferenceInputTokens.record(input, labels)
    this.#histograms.inferenceOutputTokens.record(output, labels)
  }

  tool(seconds: number, labels: Attributes): void {
    this.#histograms.toolDuration.record(seconds, labels)
  }

  agent(seconds: number, inferenceCalls: number, toolCalls: number, labels: Attributes): void {
    this.#histograms.agentDuration.record(seconds, labels)
    this.#histograms.agentInferenceCalls.record(inferenceCalls, labels)
    this.#histograms.agentToolCalls.record(toolCalls, labels)
  }
}
