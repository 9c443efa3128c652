using System.Reflection;

namespace Presage.Agent;

static class AgentVersion
{
    /// <summary>The product's version, for example "0.1.0".</summary>
    public static string Text { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0";
}
