import type { Json } from '@cloudos/protocol/json-record'

export interface Told {
  readonly label: string
  readonly value: string
  readonly mono: boolean
}

/** An answer as rows to read: one for each value in it, labelled with the way there. */
export function rowsFromJson(json: Json, way = ''): readonly Told[] {
  if (Array.isArray(json)) {
    const items = json as readonly Json[]
    return items.flatMap((item, nth) => rowsFromJson(item, `${way} ${String(nth + 1)}`))
  }
  if (typeof json === 'object' && json !== null)
    return Object.entries(json).flatMap(([name, value]) => rowsFromJson(value, `${way} ${inWords(name)}`))
  return json === null ? [] : [{ label: way.trim() || 'answer', ...valueOf(json, way) }]
}

/** `certificateEndsMs` is a point in time: written as one, in words. */
function valueOf(json: string | number | boolean, way: string): Pick<Told, 'value' | 'mono'> {
  if (typeof json === 'boolean') return { value: json ? 'yes' : 'no', mono: false }
  if (typeof json === 'number' && json > LATER_THAN_2001_MS && / ms$/.test(way))
    return { value: new Date(json).toLocaleString(), mono: false }
  const value = String(json)
  return {
    value: value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value,
    mono: /^[0-9a-f]{32,}$/.test(value),
  }
}

const LATER_THAN_2001_MS = 1e12
const SHOWN_MAX = 400

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ' ' + letter.toLowerCase())
}
