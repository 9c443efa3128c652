using System.Runtime.InteropServices;
using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>Reads <see cref="HostFacts"/> of a Linux machine.</summary>
static class LinuxFacts
{
    public static HostFacts Read(Sources sources, CollectionOptions options)
    {
        string? maker = sources.ReadText(sources.SysPath, "class/dmi/id/sys_vendor");
        string? product = sources.ReadText(sources.SysPath, "class/dmi/id/product_name");
        string hardware = $"{maker} {product}".Trim();
        return new HostFacts
        {
            Host = HostName(sources, options),
            OperatingSystem = OsRelease.Read(sources, options.RootPath).GetValueOrDefault("PRETTY_NAME"),
            Kernel = sources.ReadText(sources.ProcPath, "sys/kernel/osrelease"),
            CpuModel = CpuModel(sources),
            Cores = Environment.ProcessorCount,
            MemoryBytes = Field(sources, "meminfo", "MemTotal:") * 1024,
            BootTimeMs = Field(sources, "stat", "btime") * 1000,
            Architecture = Architecture,
            Hardware = hardware.Length == 0 ? null : hardware,
            AgentVersion = options.AgentVersion.Length == 0 ? null : options.AgentVersion,
        };
    }

    /// <summary>The kernel's word for the instruction set.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    static string HostName(Sources sources, CollectionOptions options)
    {
        string name = options.HostName ?? sources.ReadText(sources.ProcPath, "sys/kernel/hostname")
            ?? Environment.MachineName;
        return name.Length == 0 ? "localhost" : name;
    }

    static string? CpuModel(Sources sources)
    {
        // x86 says "model name : …"; ARM servers mostly say nothing.
        string text = sources.ReadText(sources.ProcPath, "cpuinfo") ?? "";
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[..colon].Trim() is "model name" or "Model")
            {
                return line[(colon + 1)..].Trim();
            }
        }

        return null;
    }

    static long? Field(Sources sources, string file, string name)
    {
        string text = sources.ReadText(sources.ProcPath, file) ?? "";
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return words.Length > 1 && long.TryParse(words[1], out long value) ? value : null;
            }
        }

        return null;
    }
}
