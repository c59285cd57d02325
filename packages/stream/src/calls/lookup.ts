// A map that mostly holds one entry.

/** Works like a `Map`, and creates one only for a second entry. */
export class Lookup<Key, Value extends object> {
  /** The last entry that was set. */
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
