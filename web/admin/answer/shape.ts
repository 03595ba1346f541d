/** What the schemas of answers are made of. */
import { z } from "zod";

/** An object that the OpenAPI document shows under `title`. */
export function named<Shape extends z.ZodRawShape>(title: string, shape: Shape) {
  return z.object(shape).meta({ title });
}

/** A list of any length. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly();
}

export const text = z.string();
export const textOrNull = z.string().nullable();
export const count = z.int().min(0);

/** A moment as ISO 8601, UTC. */
export const time = z.string().meta({ format: "date-time" });
export const timeOrNull = time.nullable();
