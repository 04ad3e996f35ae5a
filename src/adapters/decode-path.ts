/** The path of a request, percent-decoded; one that is no encoding stays, and the routes answer it with 404. */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
