// The terminal, as far as this example needs it.

export class Screen {
  readonly #terminal: NodeJS.WriteStream
  #lines: readonly string[] = []

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal
  }

  /** Puts these lines in the place of the last ones. Where the output is no terminal, only the last ones are written. */
  draw(lines: readonly string[]): void {
    if (this.#terminal.isTTY) {
      const up = this.#lines.length === 0 ? '' : `\u001B[${this.#lines.length}A`
      this.#terminal.write(up + lines.map((line) => `\u001B[2K${line}\n`).join(''))
    }
    this.#lines = lines
  }

  end(): void {
    if (!this.#terminal.isTTY) this.#terminal.write(`${this.#lines.join('\n')}\n`)
  }
}
