using System.Globalization;

namespace Presage.Bench;

/// <summary>What <c>ingest-http</c> is told on the command line.</summary>
sealed class IngestHttpOptions
{
    public const string Usage =
        """
        Usage: ingest-http [--fleets 100x1000,1000x200,10000x200] [--per-request 5000,350] [--order in-order,shuffled]
                           [--rounds 40] [--warm-up 10] [--remote-write 1]
                           [--servers presage,victoriametrics,prometheus] [-- FLAGS OF presage serve]
        """;

    public List<(int Hosts, int Series)> Fleets { get; private set; } = [(100, 1000), (1000, 200)];

    public int[] PerRequest { get; private set; } = [5000, 350];

    public bool[] Shuffled { get; private set; } = [false, true];

    /// <summary>Rounds of 15 s of data; at most 460, because senders may be 2 h late at most.</summary>
    public int Rounds { get; private set; } = 40;

    /// <summary>The first rounds, in which series are made and code is compiled, are not counted.</summary>
    public int WarmUp { get; private set; } = 10;

    /// <summary>Whether remote write 2.0 is sent; the peers of Debian do not understand it.</summary>
    public bool IsLater { get; private set; }

    public ServerKind[] Servers { get; private set; } = Enum.GetValues<ServerKind>();

    public string[] PresageArguments { get; private set; } = [];

    public static bool TryRead(string[] args, out IngestHttpOptions options)
    {
        options = new IngestHttpOptions();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (args[i] == "--")
            {
                options.PresageArguments = args[(i + 1)..];
                return true;
            }

            if (i + 1 == args.Length || !options.Set(args[i], args[i + 1].Split(',')))
            {
                return false;
            }
        }

        return true;
    }

    bool Set(string name, string[] values)
    {
        switch (name)
        {
            case "--fleets":
                Fleets = [.. values.Select(static v => (Number(v.Split('x')[0]), Number(v.Split('x')[1])))];
                return true;
            case "--per-request":
                PerRequest = [.. values.Select(Number)];
                return true;
            case "--order":
                Shuffled = [.. values.Select(static v => v == "shuffled")];
                return true;
            case "--rounds":
                Rounds = Number(values[0]);
                return Rounds is > 1 and <= 460;
            case "--warm-up":
                WarmUp = Number(values[0]);
                return WarmUp is >= 1 and < 460;
            case "--remote-write":
                IsLater = Number(values[0]) == 2;
                return true;
            case "--servers":
                Servers = [.. values.Select(static v => Enum.Parse<ServerKind>(v, ignoreCase: true))];
                return true;
            default:
                return false;
        }
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
