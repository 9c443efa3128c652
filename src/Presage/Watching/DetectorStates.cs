using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using Presage.Detection;
using Presage.Metrics.Vitals;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// What the detectors of each host have learned, one value per host in the state file. Format, version 1
/// (little-endian): version byte; number of tracks (int32); for each track the vital's id and the value of its per
/// label (length-prefixed UTF-8, empty where there is one reading per host), the data time of its first value (int64),
/// the length of the detector's state (int32) and the state (<see cref="VitalDetector.Save"/>, with a version of its
/// own).
/// </summary>
sealed class DetectorStates(StateDatabase state, VitalCatalogue catalogue)
{
    const byte Version = 1;
    const int TracksMax = 100_000;

    /// <summary>
    /// The tracks of a host as saved. Empty when there are none; a track whose vital is gone from the catalogue or
    /// whose state is damaged or of another version is left out and learned anew, counted in <paramref
    /// name="dropped"/>.
    /// </summary>
    public List<VitalTrack> Load(string host, out int dropped)
    {
        var found = state.Read(connection => connection.Query(
            "select state from detector_states where host = $host",
            static row => row.GetFieldValue<byte[]>(0),
            ("$host", host)));
        dropped = 0;
        return found.Count == 0 ? [] : Read(host, found[0], out dropped);
    }

    /// <summary>Writes the tracks of a host; part of the caller's transaction.</summary>
    public static void Save(
        SqliteConnection connection, string host, IReadOnlyCollection<VitalTrack> tracks, long nowMs) =>
        connection.Execute(
            """
            insert into detector_states (host, saved_ms, state) values ($host, $now, $state)
            on conflict (host) do update set saved_ms = excluded.saved_ms, state = excluded.state
            """,
            ("$host", host),
            ("$now", nowMs),
            ("$state", Write(tracks)));

    internal static byte[] Write(IReadOnlyCollection<VitalTrack> tracks)
    {
        using var stream = new MemoryStream(tracks.Count * 1024);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        var detector = new ArrayBufferWriter<byte>(2048);
        writer.Write(Version);
        writer.Write(tracks.Count);
        foreach (var track in tracks)
        {
            detector.ResetWrittenCount();
            track.Detector.Save(detector);
            writer.Write(track.Vital.Id);
            writer.Write(track.Per?.Value ?? "");
            writer.Write(track.FirstMs);
            writer.Write(detector.WrittenCount);
            writer.Write(detector.WrittenSpan);
        }

        writer.Flush();
        return stream.ToArray();
    }

    internal List<VitalTrack> Read(string host, byte[] bytes, out int dropped)
    {
        var tracks = new List<VitalTrack>();
        dropped = 0;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version)
            {
                dropped = 1;
                return tracks;
            }

            int count = reader.ReadInt32();
            if (count is < 0 or > TracksMax)
            {
                dropped = 1;
                return tracks;
            }

            for (int i = 0; i < count; i++)
            {
                if (ReadTrack(host, reader) is { } track)
                {
                    tracks.Add(track);
                }
                else
                {
                    dropped++;
                }
            }
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            dropped++;
        }

        return tracks;
    }

    VitalTrack? ReadTrack(string host, BinaryReader reader)
    {
        string id = reader.ReadString(), per = reader.ReadString();
        long firstMs = reader.ReadInt64();
        int length = reader.ReadInt32();
        if (length < 0 || length > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw new EndOfStreamException();
        }

        byte[] bytes = reader.ReadBytes(length);
        var vital = catalogue.Find(id);
        var detector = vital is null ? null : VitalDetector.Restore(VitalTrack.SettingsOf(vital), bytes);
        return vital is not null && detector is not null
            ? new VitalTrack(host, vital, per.Length == 0 ? null : per, detector) { FirstMs = firstMs }
            : null;
    }
}
