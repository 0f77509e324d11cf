import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { levels } from '../../src/features/formulas/diagnostics/levels.ts';
import { rules } from '../../src/python/checks/rules.ts';
import { commands, contextKeys, innerCommands, panels, ruleScheme, settings, views } from '../../src/contributions.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Property {
  type: string;
  default: unknown;
  scope?: string;
  enum?: string[];
  enumDescriptions?: string[];
  markdownDescription?: string;
  additionalProperties?: boolean;
  properties?: Record<string, unknown>;
}
interface Manifest {
  icon: string;
  extensionKind: string[];
  activationEvents: string[];
  capabilities: {
    untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: unknown };
  };
  contributes: {
    commands: { command: string; title: string; category: string; icon?: string | { light: string; dark: string } }[];
    menus: Record<string, { command: string; when?: string }[]>;
    keybindings: { command: string; key: string; when: string }[];
    viewsContainers: { activitybar: { id: string; title: string; icon: string }[] };
    views: Record<string, { id: string; name: string; icon: string }[]>;
    viewsWelcome: { view: string; when: string; contents: string }[];
    walkthroughs: { steps: { description: string; media: { image: string; altText: string }; completionEvents?: string[] }[] }[];
    configurationDefaults: unknown;
    configuration: { properties: Record<string, Property> };
  };
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const properties = Object.entries(contributes.configuration.properties);

describe('package.json', () => {
  it('contributes the commands that the code registers, and no others', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual(Object.values(commands).sort());
    expect(contributes.commands.map(({ category }) => category)).toEqual(contributes.commands.map(() => 'Genlens'));
  });

  it('offers only its commands in menus, and Explain Attention wherever a text is open', () => {
    const known: string[] = Object.values(commands);
    for (const entries of Object.values(contributes.menus)) for (const { command } of entries) expect(known).toContain(command);
    const offered = (menu: string): string[] => (contributes.menus[menu] ?? []).map(({ command }) => command);
    for (const menu of ['editor/title', 'notebook/cell/title']) expect(offered(menu)).toEqual([commands.explainAttention]);
    expect(offered('editor/context')).toEqual([commands.explainAttention, commands.formulaOfSelection]);
    expect(contributes.menus['commandPalette']).toEqual([
      // It needs a formula to copy.
      { command: commands.copyFormula, when: 'false' },
      // Models of a user's own run in trusted workspaces only.
      { command: commands.addVae, when: 'isWorkspaceTrusted' },
      { command: commands.addGan, when: 'isWorkspaceTrusted' },
      { command: commands.addDiffusion, when: 'isWorkspaceTrusted' },
    ]);
  });

  it('asks for context keys that the code sets, and binds keys to commands that it registers', () => {
    const all = [...Object.values(contributes.menus).flat(), ...contributes.keybindings, ...contributes.viewsWelcome];
    const asked = all.flatMap(({ when = '' }) => when.replace(/== \S+/g, '').match(/genlens\.\w+/g) ?? []);
    const known: string[] = [...Object.values(contextKeys), ...Object.values(views)];
    for (const key of asked) expect(known).toContain(key);
    expect(contributes.keybindings.map(({ command }) => command)).toEqual([innerCommands.hideTerms]);
  });

  it('contributes the views that the code fills, in its side bar or the debugger’s, and says what to do where they are empty', () => {
    const [container] = contributes.viewsContainers.activitybar;
    expect(Object.keys(contributes.views)).toEqual([container?.id, 'debug']);
    const contributed = Object.values(contributes.views).flat();
    expect(contributed.map(({ id }) => id)).toEqual(Object.values(views));
    const palette: string[] = Object.values(commands);
    for (const { view, contents } of contributes.viewsWelcome) {
      expect(Object.values<string>(views)).toContain(view);
      for (const [, command = ''] of contents.matchAll(/\(command:([^)]*)\)/g))
        if (command.startsWith('genlens.')) expect(palette).toContain(command);
    }
    for (const icon of [container?.icon ?? '', ...contributed.map((view) => view.icon)])
      expect([icon, existsSync(path.join(root, icon))]).toEqual([icon, true]);
  });

  it('contributes the settings that the code reads, and no others', () => {
    expect(properties.map(([name]) => name).sort()).toEqual(Object.values(settings).sort());
  });

  it('explains every setting with an example, and every value of a choice', () => {
    for (const [name, property] of properties) {
      expect(property.markdownDescription, name).toMatch(/^[A-Z].*\n\nExample: /s);
      expect(property.default, name).toBeTypeOf(
        property.type === 'integer' ? 'number' : (property.type as 'string' | 'number' | 'boolean' | 'object'),
      );
      expect(property.enumDescriptions?.length, name).toBe(property.enum?.length);
    }
  });

  it('has a level to choose for every rule by which code is checked, in the order of the rules, with what the rule has by itself', () => {
    const { additionalProperties, properties: known } = contributes.configuration.properties[settings.formulaRules] ?? {};
    const all = Object.entries(rules).map(([id, { name, severity }]) => [id, { description: name, enum: levels, default: severity }]);
    expect(Object.entries(known ?? {})).toEqual(all);
    expect(additionalProperties).toBe(false);
  });

  it('has the pages of rules shown by the editor, wherever it opens them', () => {
    expect(contributes.configurationDefaults).toEqual({
      'workbench.editorAssociations': { [`${ruleScheme}:/*.md`]: 'vscode.markdown.preview.editor' },
    });
  });

  it('lets no workspace set what names a path or starts a process', () => {
    // What is shown of formulas starts nothing and reads nothing.
    const harmless: string[] = [settings.formulaHover, settings.formulaDiagnostics, settings.formulaRules, settings.inlineValues];
    for (const [name, { scope }] of properties) expect([name, scope]).toEqual([name, harmless.includes(name) ? 'resource' : 'machine']);
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect(untrustedWorkspaces.supported).toBe('limited');
    const restricted = Object.values(settings).filter((name) => !harmless.includes(name));
    expect([...untrustedWorkspaces.restrictedConfigurations].sort()).toEqual(restricted.sort());
    expect(virtualWorkspaces.supported).toBe(true);
    expect(manifest.extensionKind).toEqual(['workspace']);
  });

  it('is activated by its commands and views, which the editor sees to, by panels to restore, and by a text that may hold formulas', () => {
    expect(manifest.activationEvents).toEqual(['onLanguage', ...Object.values(panels).map((panel) => `onWebviewPanel:${panel}`)]);
  });

  it('leads new users through steps whose commands exist and whose pictures are there', () => {
    const known: string[] = Object.values(commands);
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    expect(steps.length).toBeGreaterThan(3);
    for (const { description, media, completionEvents = [] } of steps) {
      for (const [, command] of description.matchAll(/\(command:([^)]*)\)/g)) expect(known).toContain(command);
      for (const event of completionEvents) expect(known).toContain(event.replace(/^onCommand:/, ''));
      expect([media.image, existsSync(path.join(root, media.image))]).toEqual([media.image, true]);
      expect(media.altText).not.toBe('');
    }
  });

  it('names pictures that are there; the icon is a PNG of 128 x 128', () => {
    const icons = contributes.commands.flatMap(({ icon }) => (typeof icon === 'object' ? [icon.light, icon.dark] : []));
    for (const icon of [...icons, manifest.icon]) expect([icon, existsSync(path.join(root, icon))]).toEqual([icon, true]);
    const png = readFileSync(path.join(root, manifest.icon));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 128]);
  });
});
