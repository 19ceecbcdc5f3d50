/**
 * The body of a request as text; undefined for one that is larger than anybody needs. Lambda has it in memory by then:
 * the limit keeps what reads it from working on megabytes.
 */
export async function bodyText(request: Request, most: number): Promise<string | undefined> {
  const bytes = await request.arrayBuffer();
  return bytes.byteLength > most ? undefined : new TextDecoder().decode(bytes);
}
