/** Runs over all items, `lanes` of them at a time; the values come in the order of the items. */
export async function inLanes<Item, Value>(
  items: readonly Item[],
  lanes: number,
  run: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = []
  const queue = items.entries()
  const work = async () => {
    // All lanes draw from this one iterator.
    for (const [place, item] of queue) values[place] = await run(item)
  }
  await Promise.all(Array.from({ length: lanes }, work))
  return values
}
