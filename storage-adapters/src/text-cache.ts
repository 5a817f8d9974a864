/** Texts under names that never mean another text, the least recently used dropped first. */
export interface TextCache {
  find(name: string): string | undefined
  add(name: string, text: string): void
}

export function createTextCache(charactersMax: number): TextCache {
  const textByName = new Map<string, string>()
  let characters = 0

  function drop(name: string): void {
    characters -= textByName.get(name)?.length ?? 0
    textByName.delete(name)
  }

  return {
    find(name) {
      const text = textByName.get(name)
      if (text === undefined) return undefined
      textByName.delete(name)
      textByName.set(name, text)
      return text
    },
    add(name, text) {
      drop(name)
      if (text.length > charactersMax) return
      textByName.set(name, text)
      characters += text.length
      for (const oldest of textByName.keys()) if (characters > charactersMax) drop(oldest)
    },
  }
}
