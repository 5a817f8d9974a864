/**
 * Shows a dialog for as long as it is in the page. The `close` event comes only with the next frame, when the one who pressed Escape may have
 * asked for another dialog already: so its end is told with the press, and never by a dialog that is gone.
 */
export function modal(onClose: () => void): (dialog: HTMLDialogElement) => () => void {
  return (dialog) => {
    dialog.showModal()
    dialog.addEventListener('cancel', onClose)
    dialog.addEventListener('close', onClose)
    return () => {
      dialog.removeEventListener('cancel', onClose)
      dialog.removeEventListener('close', onClose)
      dialog.close()
    }
  }
}
