import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../api/client";
import { deleteSnapshot, takeSnapshot } from "../../api/endpoints";
import { snapshotsQuery } from "../../api/queries";
import type { Snapshot } from "../../api/types";
import { formatValue, plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { ConfirmByName } from "../../ui/ConfirmByName";
import { DataTable, type Column } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { TimeText } from "../../ui/TimeText";
import styles from "./Settings.module.css";
import { useAdministratorOnly } from "./UsersPanel";

/** Consistent copies of all data, made while the server runs. */
export function SnapshotsPanel() {
  const closed = useAdministratorOnly();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ ...snapshotsQuery(), enabled: closed === null });
  const [ended, setEnded] = useState<Snapshot | null>(null);
  const take = useMutation({ mutationFn: takeSnapshot, onSuccess: () => client.invalidateQueries({ queryKey: ["snapshots"] }) });
  if (closed !== null) return null;
  return (
    <Panel title="Snapshots" meta="consistent copies of samples, accounts and settings" actions={<Button small busy={take.isPending} onClick={() => take.mutate()}>Make a snapshot</Button>}
      footer={<span className="small ink2">A snapshot shares its disk with the server. Copy its folder elsewhere to have a backup, and bring it back by <code>presage restore FOLDER --data NEW</code>.</span>}>
      {take.error !== null && <ErrorState what="Not made:" why={errorText(take.error)} />}
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={1} label="Loading snapshots" />
        : data.length === 0 ? <EmptyState glyph="none">There is none. Making one takes a moment and next to no room: files are linked, not copied.</EmptyState>
          : <DataTable label="Snapshots" columns={columnsFor(setEnded)} rows={data} rowKey={(snapshot) => snapshot.name} />}
      {ended !== null && <EndSnapshot snapshot={ended} onClose={() => setEnded(null)} />}
    </Panel>
  );
}

function columnsFor(onEnd: (snapshot: Snapshot) => void): Column<Snapshot>[] {
  return [
    { id: "folder", header: "Folder", lead: true, cell: (snapshot) => <code className={styles.counted}>{snapshot.folder}</code> },
    { id: "made", header: "Made", cell: (snapshot) => <TimeText at={snapshot.createdMs} /> },
    { id: "size", header: "Size elsewhere", align: "right", cell: (snapshot) => <span title={plural(snapshot.files, "file")}>{formatValue(snapshot.bytes, "bytes")}</span> },
    { id: "act", header: "", align: "right", cell: (snapshot) => <Button small label={`Delete ${snapshot.name}`} onClick={() => onEnd(snapshot)}>Delete</Button> },
  ];
}

function EndSnapshot({ snapshot, onClose }: { snapshot: Snapshot; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteSnapshot(snapshot.name),
    onSuccess: async () => { await client.invalidateQueries({ queryKey: ["snapshots"] }); onClose(); },
  });
  return (
    <Dialog narrow title={`Delete snapshot ${snapshot.name}`} onClose={onClose}>
      <ConfirmByName action="Delete snapshot" name={snapshot.name} consequence="What retention has taken from the server since it was made is gone for good." busy={remove.isPending} onConfirm={() => remove.mutate()} />
      {remove.error !== null && <ErrorState what="Not deleted:" why={errorText(remove.error)} />}
    </Dialog>
  );
}
