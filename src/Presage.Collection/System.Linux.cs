using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// What the machine runs: node_uname_info, node_os_info, node_os_version, presage_host_info, SELinux, limits of
/// processes.
/// </summary>
sealed class LinuxSystem : ICollector
{
    readonly Sources _sources;
    readonly byte[] _uname;
    readonly byte[] _os;
    readonly byte[] _osVersion;
    readonly double? _osVersionNumber;
    readonly byte[] _host;
    readonly byte[] _selinux;
    readonly byte[] _selinuxPath;
    readonly NumberFile _pidMax;
    readonly NumberFile _threadsMax;

    public LinuxSystem(Sources sources, SeriesKeys keys, HostFacts facts, string rootPath)
    {
        _sources = sources;
        _uname = keys.Key(
            "node_uname_info",
            new Label("domainname", Kernel("domainname")),
            new Label("machine", facts.Architecture ?? ""),
            new Label("nodename", Kernel("hostname")),
            new Label("release", Kernel("osrelease")),
            new Label("sysname", Kernel("ostype")),
            new Label("version", Kernel("version")));
        var release = OsRelease.Read(sources, rootPath);
        string[] fields =
        [
            "BUILD_ID", "ID", "ID_LIKE", "IMAGE_ID", "IMAGE_VERSION", "NAME", "PRETTY_NAME", "VARIANT", "VARIANT_ID",
                "VERSION",
            "VERSION_CODENAME", "VERSION_ID",
        ];
        Label[] labels = [.. fields.Select(field =>
            new Label(field.ToLowerInvariant(), release.GetValueOrDefault(field, "")))];
        _os = keys.Key("node_os_info", labels);
        _osVersion = keys.Key("node_os_version", [.. labels.Where(label => label.Name is "id" or "id_like" or "name")]);
        _osVersionNumber = LeadingNumber(release.GetValueOrDefault("VERSION_ID", ""));
        _host = keys.Key(
            "presage_host_info",
            new Label("os", facts.OperatingSystem ?? ""),
            new Label("kernel", facts.Kernel ?? ""),
            new Label("cpu", facts.CpuModel ?? ""),
            new Label("cores", facts.Cores.ToString()),
            new Label("architecture", facts.Architecture ?? ""),
            new Label("hardware", facts.Hardware ?? ""),
            new Label("agent_version", facts.AgentVersion ?? ""));
        _selinux = keys.Key("node_selinux_enabled");
        _selinuxPath = Sources.PathBytes(sources.SysPath, "fs/selinux/enforce");
        _pidMax = new NumberFile(sources.Proc("sys/kernel/pid_max"), keys.Key("node_processes_max_processes"));
        _threadsMax = new NumberFile(sources.Proc("sys/kernel/threads-max"), keys.Key("node_processes_max_threads"));

        string Kernel(string file) => sources.ReadText(sources.ProcPath, "sys/kernel", file) ?? "";
    }

    public string Name => "system";

    public void Collect(CollectionWriter writer)
    {
        writer.Write(_uname, 1);
        writer.Write(_os, 1);
        writer.Write(_host, 1);
        if (_osVersionNumber is { } version)
        {
            writer.Write(_osVersion, version);
        }

        writer.Write(_selinux, _sources.TryReadNumber(_selinuxPath, out _) ? 1 : 0);
        _ = _pidMax.TryWrite(writer);
        _ = _threadsMax.TryWrite(writer);
    }

    /// <summary>
    /// Major and minor of a version such as "22.04" or "15-SP4"; null where it does not open with a digit.
    /// </summary>
    internal static double? LeadingNumber(string version)
    {
        int length = 0;
        bool hasPoint = false;
        while (length < version.Length
            && (char.IsAsciiDigit(version[length]) || (version[length] == '.' && !hasPoint && length > 0)))
        {
            hasPoint |= version[length] == '.';
            length++;
        }

        return double.TryParse(version.AsSpan(0, length).TrimEnd('.'), out double number) ? number : null;
    }
}
