using System.Globalization;

namespace Presage.Simulation;

/// <summary>
/// The simulation of the store, on demand and in test.sh.
/// <list type="bullet">
/// <item><c>--seeds N [--from M] [--seconds S]</c>: the plans written down, then N seeds, from 1 on unless told
/// otherwise.</item>
/// <item><c>--minutes M</c>: seeds nobody has seen, for that long.</item>
/// <item><c>--seed N</c>: one run, every step and disk operation told. <c>--plan FILE</c>: one that was written
/// down.</item>
/// </list>
/// <c>kills [--count N] [--server PATH] [--patience SECONDS]</c>: kills the real server N times under load.
/// <c>fuzz [--minutes M] [--only NAME] [--seed N]</c>: changed bytes for every reader of foreign bytes.
/// Ends with 0 when all passed.
/// </summary>
static class Program
{
    static async Task<int> Main(string[] arguments)
    {
        bool isVerb = arguments is [var first, ..] && !first.StartsWith('-');
        var options = Options(isVerb ? arguments[1..] : arguments);
        return !isVerb ? Simulate(options)
            : arguments[0] == "kills" ? await KillAsync(options)
            : arguments[0] == "fuzz" ? Fuzz(options)
            : throw new ArgumentException($"Unknown: {arguments[0]}. There are kills, fuzz, and no word at all.");
    }

    static int Simulate(Dictionary<string, string> options)
    {
        if (options.TryGetValue("seed", out string? seed))
        {
            return Repeat(Plan.Of(ulong.Parse(seed, CultureInfo.InvariantCulture)));
        }

        if (options.TryGetValue("plan", out string? path))
        {
            return Repeat(Plan.Parse(File.ReadAllText(path)));
        }

        bool unseen = options.ContainsKey("minutes");
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        ulong from = ulong.Parse(
            options.GetValueOrDefault("from", unseen ? $"{now}000" : "1"), CultureInfo.InvariantCulture);
        ulong count = ulong.Parse(
            options.GetValueOrDefault("seeds", unseen ? "1000000000" : "1000"), CultureInfo.InvariantCulture);
        double seconds = unseen
            ? 60 * Number(options["minutes"])
            : Number(options.GetValueOrDefault("seconds", "1000000"));
        int threads = (int)Number(options.GetValueOrDefault("threads", $"{Environment.ProcessorCount}"));
        var runner = new SeedRunner(from, count, TimeSpan.FromSeconds(seconds), threads);
        return runner.Run(unseen ? [] : WrittenDown()) == 0 ? 0 : 1;
    }

    static int Fuzz(Dictionary<string, string> options)
    {
        double seconds = options.TryGetValue("seconds", out string? some)
            ? Number(some) : 60 * Number(options.GetValueOrDefault("minutes", "1"));
        ulong seed = ulong.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture);
        return new FuzzRun(TimeSpan.FromSeconds(seconds), seed, options.GetValueOrDefault("only")).Run() == 0 ? 0 : 1;
    }

    static async Task<int> KillAsync(Dictionary<string, string> options)
    {
        string server = options.GetValueOrDefault("server") ?? BuiltServer();
        var data = Directory.CreateTempSubdirectory("presage-kills-");
        ulong seed = ulong.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture);
        var patience = TimeSpan.FromSeconds(Number(options.GetValueOrDefault("patience", "60")));
        int count = (int)Number(options.GetValueOrDefault("count", "500"));
        var run = new KillRun(server, data.FullName, count, seed, patience);
        if (!await run.RunAsync())
        {
            Console.WriteLine($"The data folder is kept: {data.FullName}");
            return 1;
        }

        data.Delete(recursive: true);
        return 0;
    }

    /// <summary>The server as this solution built it.</summary>
    static string BuiltServer()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Presage.slnx")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/'))
                ?? throw new FileNotFoundException("Name the server: --server PATH.");
        }

        return Path.Combine(folder, "src", "Presage", "bin", "Release", "net10.0", "presage.dll");
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Plans that once failed.</summary>
    static List<(string Name, Plan Plan)> WrittenDown()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Regressions");
        return [.. Directory.GetFiles(folder, "*.plan").Order(StringComparer.Ordinal)
            .Select(static f => (Path.GetFileName(f), Plan.Parse(File.ReadAllText(f))))];
    }

    static int Repeat(Plan plan)
    {
        string? failure = Shortening.Failure(plan, Console.WriteLine);
        Console.WriteLine(failure is null ? "passed" : $"FAILED: {failure}");
        return failure is null ? 0 : 1;
    }

    static Dictionary<string, string> Options(string[] arguments)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            options[arguments[i].TrimStart('-')] = arguments[i + 1];
        }

        return options;
    }
}
