using System.Text;
using Presage.Detection;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// What is known of how hosts differ from their twins, one value in the state file: docs/formats/detection-state.md,
/// "Twins in the state file".
/// </summary>
sealed class PeerStates(StateDatabase state)
{
    const byte Version = 1;
    const int CountMax = 10_000_000;

    /// <summary>Writes it.</summary>
    public void Save(
        IReadOnlyList<PeerRarity> rarities, IReadOnlyCollection<PeerHost> hosts, long nowMs) =>
        state.Write(connection => connection.Execute(
            """
            insert into peer_state (only, saved_ms, state) values (1, $now, $state)
            on conflict (only) do update set saved_ms = excluded.saved_ms, state = excluded.state
            """,
            ("$now", nowMs),
            ("$state", Write(rarities, hosts))));

    /// <summary>Reads what was saved; what is wrong with it in words, or null.</summary>
    /// <param name="known">Takes host, vital sign and how far out the host is known to be.</param>
    public string? Load(IReadOnlyList<PeerRarity> rarities, Action<string, int, double> known)
    {
        var found = state.Read(static connection => connection.Query(
            "select state from peer_state", static row => row.GetFieldValue<byte[]>(0)));
        return found.Count == 0 ? null : Read(found[0], rarities, known);
    }

    internal static byte[] Write(IReadOnlyList<PeerRarity> rarities, IReadOnlyCollection<PeerHost> hosts)
    {
        using var stream = new MemoryStream(10_000);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(rarities.Count);
        for (int signal = 0; signal < rarities.Count; signal++)
        {
            writer.Write(PeerSignals.All[signal].Id);
            foreach (double count in rarities[signal].Counts)
            {
                writer.Write((float)count);
            }
        }

        var known = hosts.SelectMany(static host => host.Known.Select(one => (host.Name, one.Key, one.Value))).ToList();
        writer.Write(known.Count);
        foreach (var (host, signal, farness) in known)
        {
            writer.Write(host);
            writer.Write(PeerSignals.All[signal].Id);
            writer.Write(farness);
        }

        writer.Flush();
        return stream.ToArray();
    }

    internal static string? Read(byte[] bytes, IReadOnlyList<PeerRarity> rarities, Action<string, int, double> known)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            byte version = reader.ReadByte();
            if (version != Version)
            {
                return $"it has version {version}, this version of Presage reads {Version}";
            }

            double[] counts = new double[PeerRarity.Bins];
            for (int left = Count(reader); left > 0; left--)
            {
                int signal = IndexOf(reader.ReadString());
                for (int i = 0; i < counts.Length; i++)
                {
                    counts[i] = reader.ReadSingle();
                }

                if (signal >= 0 && !rarities[signal].Resume(counts))
                {
                    return "it is damaged";
                }
            }

            for (int left = Count(reader); left > 0; left--)
            {
                string host = reader.ReadString();
                int signal = IndexOf(reader.ReadString());
                double farness = reader.ReadDouble();
                if (signal >= 0 && double.IsFinite(farness))
                {
                    known(host, signal, farness);
                }
            }

            return null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return "it is damaged";
        }
    }

    static int Count(BinaryReader reader) =>
        reader.ReadInt32() is >= 0 and <= CountMax and int count ? count : throw new FormatException();

    static int IndexOf(string vital)
    {
        for (int i = 0; i < PeerSignals.All.Count; i++)
        {
            if (PeerSignals.All[i].Id == vital)
            {
                return i;
            }
        }

        return -1;
    }
}
