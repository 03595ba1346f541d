/** The routing rules in the `routing_rule` table. */
import { asc, eq, gt, gte, sql } from "drizzle-orm";
import type { RuleStore } from "../core/routing/rule_store.ts";
import type { DatabaseDriver } from "./driver.ts";
import { type Orm, openOrm } from "./orm.ts";
import { withPlainErrors } from "./plain_errors.ts";
import { routingRuleTable } from "./table/routing_rule.ts";

/** The `routing_rule` table behind `driver`. */
export function openRuleStore(driver: DatabaseDriver): RuleStore {
  const orm = openOrm(driver);
  const { position, ...columns } = routingRuleTable;
  const { id, name, senders, recipients, relay } = columns;
  return withPlainErrors<RuleStore>({
    list: async () =>
      orm.select({ id, name, senders, recipients, relay }).from(routingRuleTable).orderBy(asc(position)),
    async insert(rule, place) {
      await orm.batch([makeRoom(orm, place), orm.insert(routingRuleTable).values({ ...rule, position: place })]);
    },
    async change(rule) {
      await orm.update(routingRuleTable).set(rule).where(eq(id, rule.id));
    },
    async move(moved, place) {
      const put = orm.update(routingRuleTable).set({ position: place }).where(eq(id, moved));
      await orm.batch([closeGap(orm, moved), makeRoom(orm, place), put]);
    },
    async remove(removed) {
      await orm.batch([closeGap(orm, removed), orm.delete(routingRuleTable).where(eq(id, removed))]);
    },
  });
}

function makeRoom(orm: Orm, place: number) {
  const { position } = routingRuleTable;
  return orm
    .update(routingRuleTable)
    .set({ position: sql`${position} + 1` })
    .where(gte(position, place));
}

/** Moves up what stands behind the rule `id`, as if that were not there. */
function closeGap(orm: Orm, id: string) {
  const { position } = routingRuleTable;
  const place = sql`(SELECT place.position FROM routing_rule AS place WHERE place.id = ${id})`;
  return orm
    .update(routingRuleTable)
    .set({ position: sql`${position} - 1` })
    .where(gt(position, place));
}
