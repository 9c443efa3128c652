namespace Presage.EndToEnd.Support;

/// <summary>Where the programs under test lie: what ./run.sh and ./test.sh have built.</summary>
static class Product
{
    public static string Root { get; } = FindRoot();

    public static string Server { get; } = Built("build/server/presage", "./run.sh version");

    public static string Agent { get; } =
        Built($"build/agents/linux-{(IsArm ? "arm64" : "x64")}/presage-agent", "./test.sh (it publishes the agent)");

    public static string AgentFolder { get; } = Path.Combine(Root, "build", "agents");

    public static string WebFolder { get; } = Path.Combine(Root, "web", "dist");

    /// <summary>Pictures of the pages, for people to look at.</summary>
    public static string Screenshots { get; } =
        Directory.CreateDirectory(Path.Combine(Root, "build", "screenshots")).FullName;

    static bool IsArm =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
        == System.Runtime.InteropServices.Architecture.Arm64;

    static string Built(string path, string how)
    {
        string full = Path.Combine(Root, path);
        return File.Exists(full)
            ? full
            : throw new FileNotFoundException($"{path} is not built; run {how} first.", full);
    }

    static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Presage.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"Presage.slnx is not above {AppContext.BaseDirectory}.");
    }
}
