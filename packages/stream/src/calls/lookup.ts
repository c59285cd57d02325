// Finds things by their keys, where there is mostly one thing.

/** Does what a `Map` does, and makes one only for a second thing. */
export class Lookup<Key, Value extends object> {
  /** What was set last. */
  #key: Key | undefined
  #value: Value | undefined
  #all: Map<Key, Value> | undefined

  get(key: Key): Value | undefined {
    return key === this.#key ? this.#value : this.#all?.get(key)
  }

  set(key: Key, value: Value): void {
    if (this.#value !== undefined && key !== this.#key) {
      this.#all ??= new Map()
      this.#all.set(this.#key as Key, this.#value)
    }
    this.#key = key
    this.#value = value
  }
}
