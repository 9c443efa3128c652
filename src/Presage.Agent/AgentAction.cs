namespace Presage.Agent;

/// <summary>What the program is to do.</summary>
enum AgentAction
{
    Run,
    PrintOnce,
    PrintVersion,
    PrintHelp,
}
