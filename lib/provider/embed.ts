import { StudyError } from "corrigenda/error";
import type { OpenAI } from "openai";
import limits from "./data/limits.json" with { type: "json" };
import type { Lazy } from "./lazy.ts";
import { asked, type SdkFetch } from "./sdk-transport.ts";

/** Embeddings in the order of the texts, some hundred texts a call. @returns one unit vector per text */
export async function embed(
  service: {
    readonly provider: string;
    readonly client: Lazy<OpenAI>;
    readonly sdk: SdkFetch;
    readonly model: string;
  },
  texts: readonly string[],
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  const client = await service.client();
  for (const input of groups(texts)) {
    const reply = await asked(service.provider, service.sdk, "embed texts", () =>
      client.embeddings.create({ model: service.model, input, encoding_format: "float" }, { maxRetries: 0 }),
    );
    const inOrder = [...reply.data].sort((a, b) => a.index - b.index);
    if (inOrder.length !== input.length)
      throw new StudyError("reply", `${service.provider} sent ${inOrder.length} embeddings for ${input.length} texts`);
    vectors.push(...inOrder.map((item) => Float32Array.from(item.embedding)));
  }
  return vectors;
}

/** Calls are limited in texts and in tokens, for which bytes stand here. */
function* groups(texts: readonly string[]): Generator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text);
    if (group.length > 0 && (group.length >= limits.embedding.texts || bytes + size > limits.embedding.bytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(text);
    bytes += size;
  }
  if (group.length > 0) yield group;
}
