import { joined, type Mail, mayGoOn } from '../control/mailbox.ts'
import { isFact, type RunEvent } from '../facts/events.ts'
import { drafted, type Recording } from './recording.ts'

/** The messages that callers sent into the recorded run, each at its place among the facts. */
export class RecordedMail implements Mail {
  readonly #recording: Recording

  constructor(recording: Recording) {
    this.#recording = recording
  }

  deliver(batch: RunEvent[]): RunEvent[] {
    const end = batch.find((event) => event.type === 'run.done')
    if (end?.type === 'run.done' && !mayGoOn(end.outcome.status)) return batch
    const rest = end ? batch.filter((event) => event.type !== 'run.done') : batch
    const letters = this.#recording.lettersAfter(rest.filter(isFact))
    return letters.length > 0 ? joined(rest, letters.map(drafted)) : batch
  }

  logged(): void {}
}
