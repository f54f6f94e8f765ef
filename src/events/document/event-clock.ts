/** Milliseconds since 1970 of RFC 3339 texts. Events come in bursts of the same second, so the last one is remembered. */
export class EventClock {
  #second = '';
  #secondMs = 0;

  msOf(time: string): number {
    const second = time.slice(0, 19);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondMs = Date.parse(`${second}Z`);
    }
    if (time.length === 20) return this.#secondMs;
    return time.endsWith('Z')
      ? this.#secondMs + Math.floor(Number(`0${time.slice(19, -1)}`) * 1000)
      : Date.parse(time);
  }
}
