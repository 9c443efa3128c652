using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Presage.Detection;
using Presage.Metrics.Vitals;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// What is learned of each host as a whole, one value per host in the state file: docs/formats/detection-state.md,
/// "Host in the state file".
/// </summary>
sealed class HostModels(StateDatabase state, VitalCatalogue catalogue)
{
    const byte Version = 2;

    /// <summary>The version before, without what several vital signs come to.</summary>
    const byte VersionBefore = 1;

    /// <summary>Gives a judge what was saved of its host; what is wrong with it in words, or null.</summary>
    public string? Load(string host, HostJudge judge)
    {
        var found = state.Read(connection => connection.Query(
            "select state from host_models where host = $host",
            static row => row.GetFieldValue<byte[]>(0),
            ("$host", host)));
        return found.Count == 0 ? null : Read(found[0], judge);
    }

    /// <summary>Writes what is known of a host; part of the caller's transaction.</summary>
    public static void Save(SqliteConnection connection, string host, HostJudge judge, long nowMs)
    {
        if (Write(judge) is { } bytes)
        {
            connection.Execute(
                """
                insert into host_models (host, saved_ms, state) values ($host, $now, $state)
                on conflict (host) do update set saved_ms = excluded.saved_ms, state = excluded.state
                """,
                ("$host", host),
                ("$now", nowMs),
                ("$state", bytes));
        }
    }

    internal static byte[]? Write(HostJudge judge)
    {
        if (judge.Whole is not { RowMs: > long.MinValue } whole)
        {
            return null;
        }

        using var stream = new MemoryStream(20_000);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(whole.RowMs);
        writer.Write(whole.Rows);
        writer.Write(whole.LearnedRows);
        writer.Write(judge.Running is { } anomaly ? JsonSerializer.Serialize(anomaly) : "");
        writer.Write(judge.Several.Highest);
        writer.Write(whole.Columns?.Count ?? 0);
        foreach (var (vital, per) in whole.Columns?.All ?? [])
        {
            writer.Write(vital.Id);
            writer.Write(per);
        }

        var detector = new ArrayBufferWriter<byte>(20_000);
        whole.Detector?.Save(detector);
        writer.Write(detector.WrittenCount);
        writer.Write(detector.WrittenSpan);
        writer.Flush();
        return stream.ToArray();
    }

    internal string? Read(byte[] bytes, HostJudge judge)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            byte version = reader.ReadByte();
            return version is Version or VersionBefore
                ? ReadBody(reader, judge, version)
                : $"it has version {version}, this version of Presage reads {VersionBefore} and {Version}";
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or JsonException)
        {
            return "it is damaged";
        }
    }

    string? ReadBody(BinaryReader reader, HostJudge judge, byte version)
    {
        long rowMs = reader.ReadInt64();
        int rows = reader.ReadInt32(), learnedRows = reader.ReadInt32();
        string anomaly = reader.ReadString();
        double highest = version == VersionBefore ? 0 : reader.ReadDouble();
        int count = reader.ReadInt32();
        if (rows < 0 || learnedRows < 0 || count is < 0 or > HostModel.MetricsMax)
        {
            return "it is damaged";
        }

        var columns = new List<(VitalSign Vital, string Per)>();
        for (int i = 0; i < count; i++)
        {
            if (catalogue.Find(reader.ReadString()) is not { } vital)
            {
                return "it knows a vital sign that this version of Presage does not";
            }

            columns.Add((vital, reader.ReadString()));
        }

        int length = reader.ReadInt32();
        byte[] bytes = reader.ReadBytes(Math.Clamp(length, 0, 64 << 20));
        if (bytes.Length != length || reader.BaseStream.Position != reader.BaseStream.Length)
        {
            return "it is damaged";
        }

        HostDetector? detector = null;
        if (length > 0)
        {
            detector = HostDetector.Restore(bytes, out string? problem);
            if (detector?.Metrics != count)
            {
                return problem ?? "it is damaged";
            }

            detector.Allow(Math.Max(judge.FalseAlarmsPerWeek, 1e-6));
        }

        judge.Several.Resume(highest);
        // A model of an older version is not read: its host is learned again at once.
        int learned = detector is { IsTrained: true } ? learnedRows : 0;
        judge.Whole.Resume(detector is null ? null : new HostColumns(columns), detector, rowMs, rows, learned);
        if (anomaly.Length > 0 && JsonSerializer.Deserialize<HostAnomaly>(anomaly) is { } running)
        {
            judge.Resume(running);
        }

        return null;
    }
}
