/** How many news of this tab nobody has looked at: before the title of the page, and on the bell. */
class Unseen {
  count = $state(0)
}

export const unseen = new Unseen()
