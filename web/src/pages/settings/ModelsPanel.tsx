import { useQuery } from "@tanstack/react-query";
import { errorText } from "../../api/client";
import { modelsQuery } from "../../api/queries";
import type { ModelStatus } from "../../api/types";
import { formatCount, plural, significant } from "../../lib/format";
import { writeDuration } from "../../lib/duration";
import { DataTable, type Column } from "../../ui/DataTable";
import { Glyph } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { TimeText } from "../../ui/TimeText";
import styles from "./Settings.module.css";

/** The models users brought, how they are doing, and why one is set aside. */
export function ModelsPanel() {
  const { data, error, refetch } = useQuery(modelsQuery());
  return (
    <Panel title="Own models" meta={data === undefined ? undefined : plural(data.models.length, "model")}
      footer={data !== undefined && <span className="small ink2">An ONNX file with a description beside it, in <code className={styles.counted}>{data.folder}</code>; taken within half a minute. Try one first: <code>presage detect model check NAME.yaml</code>.</span>}>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={2} label="Loading the models" />
        : data.models.length === 0 ? <EmptyState glyph="none">There is none. A model you trained in scikit-learn, PyTorch or TensorFlow can watch beside what Presage brings.</EmptyState>
          : <DataTable label="Own models" columns={COLUMNS} rows={data.models} rowKey={(model) => model.file} />}
    </Panel>
  );
}

const COLUMNS: Column<ModelStatus>[] = [
  { id: "model", header: "Model", lead: true, cell: (model) => <ModelName model={model} /> },
  { id: "state", header: "State", cell: (model) => <ModelState model={model} /> },
  { id: "series", header: "Watches", align: "right", cell: (model) => model.state === "setAside" ? null : <Series model={model} /> },
  { id: "odd", header: "Now", align: "right", cell: (model) => model.state === "setAside" ? null : <span className={styles.state}>{formatCount(model.odd)} odd</span> },
  { id: "cost", header: "A window takes", align: "right", desktopOnly: true, cell: (model) => model.microsecondsEach === null ? "–" : <>{significant(model.microsecondsEach)}&nbsp;µs</> },
];

function ModelName({ model }: { model: ModelStatus }) {
  return (
    <span className={styles.model}>
      <b>{model.name}</b>
      {model.problem !== null && <span className="small warnText">{model.problem}</span>}
      {model.query !== null && <span className="small ink2">{model.output} of <code>{model.query}</code>, {model.window} values {writeDuration(model.stepSeconds ?? 0)} apart</span>}
      {model.notNumbers > 0 && <span className="small warnText">{formatCount(model.notNumbers)} of {formatCount(model.answers)} answers were no numbers</span>}
      {model.seriesLeftOut > 0 && <span className="small warnText">{formatCount(model.seriesLeftOut)} series are beyond the most a model may watch</span>}
    </span>
  );
}

function ModelState({ model }: { model: ModelStatus }) {
  const since = <>since&nbsp;<TimeText at={model.sinceMs} /></>;
  if (model.state === "setAside") return <span className={styles.state}><Glyph kind="warn" size={14} decorative /><span>set aside {since}</span></span>;
  return <span className={styles.state}><Glyph kind={model.state === "running" ? "ok" : "learn"} size={14} decorative /><span>{model.state === "running" ? <>in use {since}</> : "reading history"}</span></span>;
}

function Series({ model }: { model: ModelStatus }) {
  return <span className={styles.state} title={model.seriesLearning === 0 ? undefined : `${formatCount(model.seriesLearning)} have too little history to be judged`}>{formatCount(model.series)} series</span>;
}
