using System.Globalization;
using Presage.Metrics;

namespace Presage.Agent;

/// <summary>Reads the command line. Every error names the flag, its value and the fix.</summary>
static class AgentArguments
{
    public const string Help = """
        presage-agent: sends this machine's health to a Presage server.

          presage-agent --server URL --token TOKEN [options]

          --server URL         the server, for example https://presage.example:9440 (or $PRESAGE_SERVER)
          --token TOKEN        an agent token of the server's page Servers (or $PRESAGE_TOKEN)
          --interval TIME      time between samples: 1s (default) to 5m
          --label NAME=VALUE   a label for all series; may be given several times
          --host NAME          the name shown for this machine (default: its host name)
          --spool FOLDER       where samples wait while the server does not answer
                               (default: $STATE_DIRECTORY, else memory only)
          --spool-max SIZE     most space for them: 256MiB (default); the oldest are dropped beyond it
          --ca FILE            a PEM file with the authority of the server's certificate
          --path.procfs PATH   where /proc is mounted (in a container)
          --path.sysfs PATH    where /sys is mounted
          --path.rootfs PATH   where the machine's root is mounted
          --once print         collect once, print as Prometheus text, end
          --version            print the version, end
          --help               print this, end

        """;

    static readonly string[] Flags =
    [
        "--server", "--token", "--interval", "--label", "--host", "--spool", "--spool-max", "--ca", "--path.procfs",
            "--path.sysfs",
        "--path.rootfs", "--once", "--version", "--help",
    ];

    /// <summary>Reads arguments; false with a sentence for the user.</summary>
    public static bool TryParse(
        IReadOnlyList<string> arguments, Func<string, string?> environment, out AgentOptions options, out string error)
    {
        options = new AgentOptions
        {
            Token = environment("PRESAGE_TOKEN") ?? "",
            SpoolFolder = environment("STATE_DIRECTORY")?.Split(':')[0],
        };
        if (environment("PRESAGE_SERVER") is { Length: > 0 } server && Apply("--server", server, ref options)
            is { } wrong)
        {
            error = wrong;
            return false;
        }

        for (int i = 0; i < arguments.Count; i++)
        {
            string flag = arguments[i];
            string? value = null;
            int equals = flag.IndexOf('=', StringComparison.Ordinal);
            if (flag.StartsWith("--", StringComparison.Ordinal) && equals > 0)
            {
                value = flag[(equals + 1)..];
                flag = flag[..equals];
            }

            if (flag is "--version" or "--help" or "-h")
            {
                options = options with { Action = flag == "--version" ? AgentAction.PrintVersion
                    : AgentAction.PrintHelp };
                continue;
            }

            if (!Flags.Contains(flag))
            {
                error = Unknown(flag);
                return false;
            }

            value ??= ++i < arguments.Count ? arguments[i] : null;
            if (value is null)
            {
                error = $"{flag} needs a value. See presage-agent --help.";
                return false;
            }

            if (Apply(flag, value, ref options) is { } problem)
            {
                error = problem;
                return false;
            }
        }

        return Check(options, out error);
    }

    static string? Apply(string flag, string value, ref AgentOptions options)
    {
        switch (flag)
        {
            case "--server":
                return ApplyServer(value, ref options);
            case "--token":
                options = options with { Token = value };
                return null;
            case "--interval":
                return ApplyInterval(value, ref options);
            case "--label":
                return ApplyLabel(value, ref options);
            case "--host":
                options = options with { HostName = value };
                return value.Length == 0
                    ? "--host is empty. Give the name to show for this machine, or leave the flag out." : null;
            case "--spool":
                options = options with { SpoolFolder = value };
                return value.Length == 0 ? "--spool is empty. Give a folder this account may write." : null;
            case "--spool-max":
                return ApplySpoolMax(value, ref options);
            case "--ca":
                options = options with { CertificateAuthorityFile = value };
                return File.Exists(value) ? null
                    : $"--ca names a file that does not exist: \"{value}\". Give a PEM file.";
            case "--once":
                options = options with { Action = AgentAction.PrintOnce };
                return value == "print" ? null : $"--once knows only \"print\", not \"{value}\".";
            case "--path.procfs":
                options = options with { ProcPath = value };
                return CheckFolder(flag, value);
            case "--path.sysfs":
                options = options with { SysPath = value };
                return CheckFolder(flag, value);
            default:
                options = options with { RootPath = value };
                return CheckFolder(flag, value);
        }
    }

    static string? ApplyServer(string value, ref AgentOptions options)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            return $"--server is not a web address: \"{value}\". Write it as https://HOST:9440.";
        }

        options = options with { Server = server };
        return server.Query.Length > 0 || server.UserInfo.Length > 0
            ? $"--server must be an address only: \"{value}\" holds more. Write it as https://HOST:9440."
            : null;
    }

    static string? ApplyInterval(string value, ref AgentOptions options)
    {
        if (!TryReadTime(value, out var interval) || interval < TimeSpan.FromSeconds(1)
            || interval > TimeSpan.FromMinutes(5))
        {
            return $"--interval must be between 1s and 5m, not \"{value}\". Write it as 1s, 15s or 1m.";
        }

        options = options with { Interval = interval };
        return null;
    }

    static string? ApplyLabel(string value, ref AgentOptions options)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? value : value[..equals];
        bool isName = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (equals < 0 || !isName || name.StartsWith("__", StringComparison.Ordinal))
        {
            return $"--label must be NAME=VALUE with a name of letters, digits and underscores, not \"{value}\". "
                + "Write it as --label site=berlin.";
        }

        if (options.Labels.Any(label => label.Name == name))
        {
            return $"--label {name} stands twice. Give each label once.";
        }

        options = options with { Labels = [.. options.Labels, new Label(name, value[(equals + 1)..])] };
        return null;
    }

    static string? ApplySpoolMax(string value, ref AgentOptions options)
    {
        if (!TryReadSize(value, out long bytes) || bytes < Spool.BytesMin)
        {
            return $"--spool-max must be a size of 1MiB or more, not \"{value}\". Write it as 256MiB or 1GiB.";
        }

        options = options with { SpoolBytesMax = bytes };
        return null;
    }

    static string? CheckFolder(string flag, string value) =>
        Directory.Exists(value) ? null : $"{flag} names a folder that does not exist: \"{value}\".";

    static bool Check(AgentOptions options, out string error)
    {
        error = options.Action != AgentAction.Run ? ""
            : options.Server is null
                ? "--server is missing. Give the address of the Presage server: --server https://HOST:9440."
            : options.Token.Length == 0
                ? "--token is missing. Create one on the server's page Servers (\"Add a server\") or set PRESAGE_TOKEN."
            : options.Token.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0
                ? "--token holds characters a token never has. Copy it again from the server's page Servers."
            : "";
        return error.Length == 0;
    }

    static string Unknown(string flag)
    {
        string bare = flag.TrimStart('-');
        string? near = Array.Find(Flags, known =>
            bare.Length > 2 && (known.Contains(bare, StringComparison.Ordinal)
                || bare.Contains(known[2..], StringComparison.Ordinal)));
        return near is null
            ? $"Unknown argument \"{flag}\". See presage-agent --help."
            : $"Unknown argument \"{flag}\". Did you mean {near}? See presage-agent --help.";
    }

    static bool TryReadTime(string text, out TimeSpan time)
    {
        time = default;
        double unit = text.EndsWith("ms", StringComparison.Ordinal) ? 0.001
            : text.EndsWith('s') ? 1
            : text.EndsWith('m') ? 60
            : 0;
        string number = text.TrimEnd('m', 's');
        if (unit == 0 || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double value))
        {
            return false;
        }

        time = TimeSpan.FromSeconds(Math.Min(value * unit, 1e6));
        return true;
    }

    static bool TryReadSize(string text, out long bytes)
    {
        (string Suffix, int Shift)[] units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("K", 10), ("M", 20), ("G", 30)];
        var (suffix, shift) = Array.Find(units, unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        string number = suffix is null ? text : text[..^suffix.Length].TrimEnd();
        bool read = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out bytes)
            && bytes < 1L << 32;
        bytes <<= shift;
        return read;
    }
}
