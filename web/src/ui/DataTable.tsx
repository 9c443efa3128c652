import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./DataTable.module.css";

export interface Column<Row> {
  id: string;
  header: string;
  align?: "left" | "right";
  /** Left out on phones, where a row has two lines. */
  desktopOnly?: boolean;
  /** Full width at the top of the row on phones. */
  lead?: boolean;
  sort?: "ascending" | "descending" | null;
  onSort?: () => void;
  cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Index of the cursor row (j/k), or null. */
  cursor?: number | null;
  onRowClick?: (row: Row) => void;
}

/** A table with 36 px rows; on phones each row becomes two lines. */
export function DataTable<Row>({ label, columns, rows, rowKey, cursor = null, onRowClick }: DataTableProps<Row>) {
  const classOf = (column: Column<Row>) =>
    cx(column.align === "right" && styles.right, column.desktopOnly === true && styles.desktop, column.lead === true && styles.lead);
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={classOf(column)} aria-sort={column.sort ?? undefined}>
                {column.onSort === undefined
                  ? column.header
                  : <button type="button" onClick={column.onSort}>{column.header}{sortMark(column.sort)}</button>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr
              key={rowKey(row)} className={cx(index === cursor && styles.cursor, onRowClick !== undefined && styles.open)}
              data-cursor={index === cursor || undefined} onClick={onRowClick === undefined ? undefined : (event) => { if (!isControl(event.target)) onRowClick(row); }}
            >
              {columns.map((column) => <td key={column.id} className={classOf(column)}>{column.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Links and buttons inside a row act for themselves. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a, button, input, label") !== null;
}

function sortMark(sort: Column<unknown>["sort"]): string {
  if (sort === undefined || sort === null) return "";
  return sort === "ascending" ? " ↑" : " ↓";
}
