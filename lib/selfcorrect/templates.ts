import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import { z } from "zod";
import own from "./templates.json" with { type: "json" };
import { NONE, type Template } from "./types.ts";

const Templates = z
  .array(
    z.object({
      id: z.string().regex(/^[\w.-]{1,64}$/, "is not 1 to 64 letters, digits, _, . or -"),
      style: z.enum(["neutral", "concise", "supportive", "adversarial", "critique-revise", "exhaustive"]),
      cognitive_load: z.enum(["low", "medium", "high"]),
      text: z.string().refine((text) => text.trim() !== "", "is empty; give what is asked"),
    }),
  )
  .min(1, "is empty; give one template at least");

/** The 32 templates of this study. @returns a list that may be kept and cut */
export function ownTemplates(): readonly Template[] {
  return checked(own, "templates.json");
}

/**
 * Reads a template file: a JSON list of {id, style, cognitive_load, text}; more columns are left out.
 * Throws StudyError "config" with the place of what is wrong.
 */
export function parseTemplates(text: string, where: string): readonly Template[] {
  const value = parseJson(text.replace(/^\uFEFF/, ""));
  if (value === undefined)
    throw new StudyError("config", `${where} is not JSON; write a list of {id, style, cognitive_load, text}`);
  return checked(value, where);
}

/** What a policy chooses from: NONE first, then the templates in their order. */
export function actionsOf(templates: readonly Pick<Template, "id">[]): readonly string[] {
  return [NONE, ...templates.map(({ id }) => id)];
}

function checked(value: unknown, where: string): readonly Template[] {
  const { data, error } = Templates.safeParse(value);
  if (error) {
    const [{ path, message } = { path: [], message: "is no list of templates" }] = error.issues;
    throw new StudyError("config", `${where}, ${path.join(".") || "the whole"}: ${message}; mend the file`);
  }
  const ids = actionsOf(data);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    throw new StudyError("config", `${where}: "${twice}" is taken already; give every template an id of its own`);
  return data;
}
