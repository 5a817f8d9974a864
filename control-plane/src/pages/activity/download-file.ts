/** Hands a file to the browser's downloads. */
export function downloadFile(name: string, file: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name.replace(/[^A-Za-z0-9._-]/g, '-')
  link.click()
  URL.revokeObjectURL(link.href)
}
