import type { Rng } from '@cloudos/protocol/ports'

const ASKED = 3

/** Which of the words the owner is asked to type back, counted from 0 and in order. */
export function placesToAsk(words: number, rng: Rng): readonly number[] {
  const left = Array.from({ length: words }, (_, place) => place)
  const places: number[] = []
  while (places.length < ASKED && left.length > 0) {
    const [first = 0, second = 0] = rng.bytes(2)
    places.push(...left.splice((first * 256 + second) % left.length, 1))
  }
  return places.sort((a, b) => a - b)
}

/** The places whose word was not typed back as it is; none when the kit holds. */
export function wrongPlaces(words: readonly string[], answers: ReadonlyMap<number, string>): readonly number[] {
  return [...answers].flatMap(([place, answer]) => (answer.trim().toLowerCase() === words[place] ? [] : [place]))
}
