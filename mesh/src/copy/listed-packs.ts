import type { ChainSpan, ListedPack, Pack } from '@cloudos/protocol/pack-index'

/** As an index lists them: what one device writes on end is told by a number for each pack, not by document and chain again. */
export function listPacks(packs: readonly Pack[]): readonly ListedPack[] {
  let before: readonly ChainSpan[] = []
  return packs.map(({ spans, ...pack }) => {
    const [last, next] = [onlyOf(before), onlyOf(spans)]
    before = spans
    const goesOn = last?.docId === next?.docId && last?.chain === next?.chain
    return last && next && goesOn && next.fromSeq === last.toSeq + 1
      ? { ...pack, more: next.toSeq - last.toSeq }
      : { ...pack, spans }
  })
}

/** `undefined` where one goes on from nothing that can be gone on from. */
export function findPacks(listed: readonly ListedPack[]): readonly Pack[] | undefined {
  const packs: Pack[] = []
  for (const { spans, more = 0, ...pack } of listed) {
    const last = onlyOf(packs.at(-1)?.spans ?? [])
    const toSeq = (last?.toSeq ?? 0) + more
    if (spans === undefined && (last === undefined || !Number.isSafeInteger(toSeq))) return undefined
    packs.push({ ...pack, spans: spans ?? (last ? [{ ...last, fromSeq: last.toSeq + 1, toSeq }] : []) })
  }
  return packs
}

function onlyOf(spans: readonly ChainSpan[]): ChainSpan | undefined {
  return spans.length === 1 ? spans[0] : undefined
}
